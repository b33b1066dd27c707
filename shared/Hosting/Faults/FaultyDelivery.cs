using MassTransit;

namespace ZiGong.Hosting.Faults;

/// <summary>Deliveries that come late, out of order and twice.</summary>
internal sealed class FaultyDelivery<T>(FaultInjection faults) : IFilter<ConsumeContext<T>>
    where T : class
{
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(faults.Next() * faults.Plan.Delay), context.CancellationToken);
        if (faults.Strikes(faults.Plan.Later))
        {
            await context.Forward(context.ReceiveContext.InputAddress, context.Message);
            return;
        }

        var again = faults.Strikes(faults.Plan.Twice) ? next.Send(context) : Task.CompletedTask;
        await Task.WhenAll(next.Send(context), again);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("faults");
}
