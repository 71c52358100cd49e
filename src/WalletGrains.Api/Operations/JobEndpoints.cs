using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Jobs;

namespace WalletGrains.Api.Operations;

/// <summary>Shows operators the durable work, and lets them decide on dead letters.</summary>
internal sealed class JobEndpoints(IGrainFactory grains)
{
    private const int MaxKindLength = 64;

    private static readonly string[] Statuses = [.. Enum.GetValues<JobStatus>().Select(JobResponse.Name)];

    private static readonly QueryParameter OfKind = new("kind", "Only jobs of this kind.");

    private IJobListGrain Jobs => grains.GetGrain<IJobListGrain>(0);

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", "/ops/jobs", ListAsync, new("listJobs", "Operations", "Jobs, the newest first")
        {
            Description = "Payloads and results are shown with the single job.",
            Access = Access.Operator,
            Response = typeof(JobListResponse),
            Query = [QueryParameter.Limit, QueryParameter.NextCursor, OfKind, new("status", "Only jobs that have come so far.") { Values = Statuses }],
        });
        endpoints.MapApi("GET", "/ops/jobs/{id}", FindAsync, new("getJob", "Operations", "A job with its payload and its result")
        {
            Access = Access.Operator,
            Response = typeof(JobResponse),
            Problems = [ProblemKind.NotFound],
        });
        endpoints.MapApi("GET", "/ops/dead-letters", ListDeadAsync, new("listDeadLetters", "Operations", "Jobs that failed for good, the newest first")
        {
            Description = "They stay until an operator retries or discards them.",
            Access = Access.Operator,
            Response = typeof(JobListResponse),
            Query = [QueryParameter.Limit, QueryParameter.NextCursor, OfKind],
        });
        endpoints.MapApi("POST", "/ops/dead-letters/{id}/retry", RetryAsync, new("retryDeadLetter", "Operations", "Queue a dead letter again, with all its attempts before it")
        {
            Description = "May be repeated: a job that was retried already is answered as it is by now.",
            Access = Access.Operator,
            Response = typeof(JobResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.NotADeadLetter],
        });
        endpoints.MapApi("POST", "/ops/dead-letters/{id}/discard", DiscardAsync, new("discardDeadLetter", "Operations", "Decide that a dead letter need not be done")
        {
            Description = "May be repeated. A discarded job is not retried any more. That of a bill that is not at its end cannot be discarded, PAYMENT_WAITS: its money would be held for ever.",
            Access = Access.Operator,
            Response = typeof(JobResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.NotADeadLetter, ProblemKind.PaymentWaits],
        });
    }

    private ValueTask<Answer> ListAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        JobStatus? status = null;
        if (QueryFields.Single(context.Request, "status") is { } name)
        {
            status = Enum.GetValues<JobStatus>().Cast<JobStatus?>().FirstOrDefault(known => JobResponse.Name(known!.Value) == name);
            if (status is null)
            {
                errors.Add("status", $"status must be one of {string.Join(", ", Statuses)}.");
            }
        }

        return ListAsync(context.Request, errors, status);
    }

    private ValueTask<Answer> ListDeadAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        return ListAsync(context.Request, errors, JobStatus.Dead);
    }

    private async ValueTask<Answer> ListAsync(HttpRequest request, FieldErrors errors, JobStatus? status)
    {
        var limit = errors.QueryLimit(request, Limits.DefaultPageSize);
        var kind = QueryFields.Single(request, "kind");
        if (kind is not null && (kind.Length is 0 or > MaxKindLength || !kind.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-')))
        {
            errors.Add("kind", $"kind must have 1 to {MaxKindLength} letters, digits and hyphens.");
        }

        Guid? before = null;
        if (QueryFields.Single(request, "cursor") is { } cursor)
        {
            if (Cursor.TryReadJob(cursor, (int?)status ?? 0, out var last))
            {
                before = last;
            }
            else
            {
                errors.Add("cursor", "cursor must be the nextCursor of a page of this list.");
            }
        }

        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var page = await Jobs.ListAsync(kind, status, before, limit);
        var next = page is { HasMore: true, Items: [.., var end] } ? Cursor.AfterJob((int?)status ?? 0, end.JobId) : null;
        return Answer.Ok(new JobListResponse([.. page.Items.Select(JobResponse.Listed)], next), ApiJson.Wire.JobListResponse);
    }

    private async ValueTask<Answer> FindAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var jobId = errors.PathId(context);
        return errors.Any ? Problem.Invalid(errors) : Shown(await Jobs.FindAsync(jobId));
    }

    private ValueTask<Answer> RetryAsync(HttpContext context) => DecideAsync(context, Jobs.RetryAsync);

    private ValueTask<Answer> DiscardAsync(HttpContext context) => DecideAsync(context, Jobs.DiscardAsync);

    private static async ValueTask<Answer> DecideAsync(HttpContext context, Func<Guid, Task<DeadLetterDecision>> decide)
    {
        var errors = new FieldErrors();
        var jobId = errors.PathId(context);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var decision = await decide(jobId);
        return decision.Refusal switch
        {
            null => Shown(decision.Job),
            DeadLetterRefusal.NotDead => new Problem(ProblemKind.NotADeadLetter, "The job is no dead letter."),
            DeadLetterRefusal.Discarded => new Problem(ProblemKind.NotADeadLetter, "The job was discarded, which is for ever. Enqueue its work anew."),
            DeadLetterRefusal.PaymentWaits => new Problem(ProblemKind.PaymentWaits, "Money is held for a bill that waits for it: retry it, or settle the payment."),
            var refusal => throw new InvalidOperationException($"Unknown refusal {refusal}."),
        };
    }

    private static Answer Shown(Job? job) => job is null ? Problem.NotFound : Answer.Ok(JobResponse.Of(job), ApiJson.Wire.JobResponse);
}

/// <summary>A page of jobs, the newest first.</summary>
/// <param name="Items">The jobs, without their payloads and results.</param>
/// <param name="NextCursor">The parameter cursor of the next page; null on the last one.</param>
internal sealed record JobListResponse(IReadOnlyList<JobResponse> Items, string? NextCursor);

/// <summary>A job.</summary>
/// <param name="JobId">Its id.</param>
/// <param name="Kind">What kind of work it is.</param>
/// <param name="Key">What it is about, unique in its kind.</param>
/// <param name="Priority">It overtakes the others of its kind.</param>
/// <param name="Status">QUEUED, RUNNING, DONE, DEAD or DISCARDED.</param>
/// <param name="DueAt">When it may be begun; while it runs, when its worker is given up.</param>
/// <param name="Attempts">How often it was begun.</param>
/// <param name="CreatedAt">When it was enqueued.</param>
/// <param name="UpdatedAt">When it was begun, ended or decided on last.</param>
internal sealed record JobResponse(
    Guid JobId, string Kind, string Key, bool Priority, string Status, DateTimeOffset DueAt, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Who had it last; left out when nobody had.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Worker { get; init; }

    /// <summary>Why it is not done; left out when it did not fail.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LastError { get; init; }

    /// <summary>What was enqueued with it; left out in lists.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Payload { get; init; }

    /// <summary>What came of it; left out in lists, and when nothing is kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Result { get; init; }

    public static string Name(JobStatus status) => status.ToString().ToUpperInvariant();

    public static JobResponse Listed(Job job) => new(
        job.JobId, job.Kind, job.Key, job.IsPriority, Name(job.Status), job.DueAt, job.Attempts, job.CreatedAt, job.UpdatedAt)
    {
        Worker = job.Worker,
        LastError = job.LastError,
    };

    public static JobResponse Of(Job job) => Listed(job) with { Payload = job.Payload, Result = job.Result };
}
