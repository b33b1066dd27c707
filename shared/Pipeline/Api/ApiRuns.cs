using System.Text.Json;
using ZiGong.Contracts;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Api;

/// <summary>A run to be started.</summary>
/// <param name="Dataset">A shipped name, the hash that <c>PUT descriptors</c> gave, or the descriptor itself as YAML.</param>
/// <param name="Options">Changes of the form <c>Section:Name=value</c>.</param>
/// <param name="Upload">A table that has to be ingested before, as a safeguard: the run is refused while it is not.</param>
public sealed record RunOrder(string Dataset, IReadOnlyList<string>? Options = null, Guid? Upload = null);

/// <summary>The run that was started.</summary>
public sealed record RunStarted(Guid RunId);

/// <summary>A run in a list.</summary>
/// <param name="Model">champion, retired or rejected; null until it is known.</param>
public sealed record RunSummary(
    Guid RunId, string Dataset, string Kind, RunStatus Status, int Generation, DateTimeOffset RequestedAt, DateTimeOffset? FinishedAt, Guid? ParentRun,
    string CodeVersion, string? Model);

/// <summary>How many units of a stage are in which state.</summary>
public sealed record StageCounts(Stage Stage, int Done, int Leased, int Pending, int Failed, int Reused);

/// <summary>Why a run failed and what to do.</summary>
public sealed record RunFailure(string Stage, string Unit, string Reason, string WhatToDo, bool Input);

/// <summary>Everything about one run.</summary>
/// <param name="Stages">One entry for every stage that has begun, in order.</param>
/// <param name="Outcome">The event that announced or rejected the model, as it went over the bus.</param>
public sealed record RunDetails(
    RunSummary Run, string? Snapshot, JsonElement Options, IReadOnlyList<StageCounts> Stages, RunFailure? Failure, string? OutcomeType, JsonElement? Outcome);
