using Shouldly;
using Xunit;
using ZiGong.Cli.Local;
using ZiGong.Contracts;

namespace ZiGong.UnitTests.Cli.Local;

public sealed class ServiceWorkerTests
{
    [Fact]
    public void Every_service_gets_one_worker_and_Control_comes_first() =>
        ServiceWorker.Of([]).Select(w => w.Name).ShouldBe(
            ["Control-1", "Ingest-1", "Training-1", "GradientExtraction-1", "TracSeqScoring-1", "Selection-1", "Templating-1", "Evaluation-1"]);

    [Fact]
    public void The_last_number_that_is_given_for_a_service_counts() =>
        ServiceWorker.Of(["Ingest=0", "Training=3", "Training=2"]).Select(w => w.Name).Take(4).ShouldBe(
            ["Control-1", "Training-1", "Training-2", "GradientExtraction-1"]);

    [Theory]
    [InlineData("Dancing=1", "there is no service 'Dancing'; there are: Control Ingest ")]
    [InlineData("Training=many", "workers of Training: 'many' is not a number")]
    [InlineData("Training=-1", "workers of Training: '-1' is not a number")]
    [InlineData("Training", "workers of Training: '' is not a number")]
    public void A_service_that_there_is_not_or_no_number_is_refused(string given, string complaint) =>
        Should.Throw<InputException>(() => ServiceWorker.Of([given])).Message.ShouldStartWith(complaint);

    [Fact]
    public void A_name_is_read_back() => ServiceWorker.Of("GradientExtraction-12").ShouldBe(new ServiceWorker("GradientExtraction", 12));
}
