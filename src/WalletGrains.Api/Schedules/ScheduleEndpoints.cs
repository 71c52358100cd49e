using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Audit;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Wallets;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Audit;
using WalletGrains.Contracts.Schedules;

namespace WalletGrains.Api.Schedules;

/// <summary>Makes, shows and cancels schedules. They belong to the payer's wallet.</summary>
internal sealed class ScheduleEndpoints(IGrainFactory grains, WalletDirectory directory, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", "/wallet/{id}/schedules", CreateAsync, new("createSchedule", "Wallet", "Move money at a time, or again and again")
        {
            Access = Access.MoneyMove,
            Description = "Transfers are made within a minute of their time. Times that were missed are caught up by one transfer. "
                + "A transfer that is refused is not tried again; a recurring schedule goes on with its next time.",
            Body = typeof(ScheduleRequest),
            RequestIdMember = "requestId",
            Replays = true,
            Status = StatusCodes.Status201Created,
            Response = typeof(ScheduleResponse),
            Problems =
            [
                ProblemKind.NotFound, ProblemKind.RequestIdReused, ProblemKind.SameWallet, ProblemKind.CurrencyMismatch, ProblemKind.AmountTooLarge,
                ProblemKind.WalletClosed, ProblemKind.TooManySchedules,
            ],
        });
        endpoints.MapApi("GET", "/wallet/{id}/schedules", ListAsync, new("listSchedules", "Wallet", "A wallet's schedules, in the order they were made in")
        {
            Access = Access.WalletsRead,
            Response = typeof(SchedulesResponse),
            Query = [QueryParameter.Limit, QueryParameter.NextCursor],
            Problems = [ProblemKind.NotFound],
        });
        endpoints.MapApi("GET", "/schedules/{id}", GetAsync, new("getSchedule", "Wallet", "A schedule")
        {
            Access = Access.WalletsRead,
            Response = typeof(ScheduleResponse),
            Problems = [ProblemKind.NotFound],
        });
        endpoints.MapApi("DELETE", "/schedules/{id}", CancelAsync, new("cancelSchedule", "Wallet", "Cancel a schedule")
        {
            Access = Access.MoneyMove,
            Description = "It stays listed. One that has ended is left as it is. A transfer that is being made at this moment may still come to be.",
            Status = StatusCodes.Status204NoContent,
            Response = typeof(void),
            Problems = [ProblemKind.NotFound],
        });
    }

    private async ValueTask<Answer> CreateAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.ScheduleRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var walletId = errors.PathId(context);
        var toId = errors.RequiredId("toWalletId", body.ToWalletId);
        var requestId = errors.RequestId("requestId", body.RequestId, context.Request, time);
        var description = errors.OptionalText("description", body.Description, Limits.MaxDescriptionLength);
        errors.RequiredAmount("amount", body.Amount);
        var every = CheckTimes(errors, body);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var (amount, refused) = await directory.ReadAmountAsync(context, walletId, body.Amount, Limits.MaxAmountMinor);
        if (refused is not null)
        {
            return refused;
        }

        AuditRecord.Of(context)?.TakeAsked(MadeKind.Schedule, walletId);
        try
        {
            var outcome = await grains.GetGrain<IScheduleGrain>(0).CreateAsync(
                new CreateSchedule(requestId, walletId, toId, amount, body.StartAt!.Value, every, body.EndAt, description));
            return outcome is ScheduleOutcome.Created { Schedule: var schedule, Replayed: var replayed }
                ? Answer.Created(ScheduleResponse.Of(schedule), ApiJson.Wire.ScheduleResponse) with
                {
                    Replayed = replayed,
                    Location = $"/schedules/{schedule.ScheduleId}",
                    Made = new(MadeKind.Schedule, schedule.ScheduleId),
                }
                : Refusals.Of(outcome, requestId)!;
        }
        catch (Exception exception) when (Failures.OfCommand(exception, requestId) is { } failure)
        {
            return failure;
        }
    }

    private async ValueTask<Answer> ListAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var walletId = errors.PathId(context);
        var limit = errors.QueryLimit(context.Request, Limits.DefaultPageSize);
        var after = errors.QueryScheduleCursor(context.Request, walletId);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        if (await directory.FindAsync(walletId) is not { } known || !Caller.Of(context).MayUse(known.OwnerId))
        {
            return Problem.NotFound;
        }

        var page = await grains.GetGrain<IScheduleGrain>(0).ListAsync(walletId, after, limit);
        return Answer.Ok(SchedulesResponse.Of(walletId, page), ApiJson.Wire.SchedulesResponse);
    }

    private async ValueTask<Answer> GetAsync(HttpContext context)
    {
        var (schedule, refused) = await FindAsync(context);
        return schedule is null ? refused! : Answer.Ok(ScheduleResponse.Of(schedule), ApiJson.Wire.ScheduleResponse);
    }

    private async ValueTask<Answer> CancelAsync(HttpContext context)
    {
        var (schedule, refused) = await FindAsync(context);
        if (schedule is null)
        {
            return refused!;
        }

        await grains.GetGrain<IScheduleGrain>(0).CancelAsync(schedule.ScheduleId);
        return Answer.NoContent;
    }

    private async ValueTask<(Schedule? Schedule, Problem? Refused)> FindAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var scheduleId = errors.PathId(context);
        if (errors.Any)
        {
            return (null, Problem.Invalid(errors));
        }

        return await grains.GetGrain<IScheduleGrain>(0).FindAsync(scheduleId) is { } schedule
            && await directory.FindAsync(schedule.WalletId) is { } payer
            && Caller.Of(context).MayUse(payer.OwnerId)
            ? (schedule, null)
            : (null, Problem.NotFound);
    }

    /// <summary>Notes what is wrong with the times, whatever the time is now: that is the schedule's to judge, behind its request id.</summary>
    private static Period? CheckTimes(FieldErrors errors, ScheduleRequest body)
    {
        if (body.StartAt is null)
        {
            errors.Add("startAt", "startAt is required.");
        }

        if (body.EndAt < body.StartAt)
        {
            errors.Add("endAt", "endAt must not be before startAt.");
        }

        if (!Period.TryParse(body.Every, out var every) && body.Every is not null)
        {
            errors.Add("every", $"every must be a period of ISO 8601 such as P1M, P1W or PT12H, at least PT1M and at most {Limits.MaxPeriodYears} years.");
        }

        return every;
    }
}
