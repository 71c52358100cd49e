using Microsoft.AspNetCore.Http;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using Xunit;

namespace WalletGrains.Api.Tests.Errors;

public sealed class OutcomeMappingTests
{
    private static readonly RequestId Id = RequestId.FromClient("order-7");
    private static readonly Entry Entry = new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), 1, EntryType.Fund, new Money(1, Currency.Parse("NGN")), 0, 1, "external:cash", Id, null, null, default);

    [Theory]
    [InlineData(WalletRefusal.AmountNotPositive, 400, "VALIDATION")]
    [InlineData(WalletRefusal.CurrencyMismatch, 422, "CURRENCY_MISMATCH")]
    [InlineData(WalletRefusal.AmountTooLarge, 422, "AMOUNT_TOO_LARGE")]
    [InlineData(WalletRefusal.WalletClosed, 422, "WALLET_CLOSED")]
    [InlineData(WalletRefusal.WalletFrozen, 422, "WALLET_FROZEN")]
    [InlineData(WalletRefusal.WalletNotFrozen, 422, "WALLET_NOT_FROZEN")]
    [InlineData(WalletRefusal.WalletNotEmpty, 422, "WALLET_NOT_EMPTY")]
    [InlineData(WalletRefusal.HoldNotActive, 422, "HOLD_NOT_ACTIVE")]
    [InlineData(WalletRefusal.CaptureExceedsHold, 422, "CAPTURE_EXCEEDS_HOLD")]
    [InlineData(WalletRefusal.ReversalExceedsOriginal, 422, "REVERSAL_EXCEEDS_ORIGINAL")]
    [InlineData(WalletRefusal.LimitExceeded, 422, "LIMIT_EXCEEDED")]
    [InlineData(WalletRefusal.InsufficientFunds, 400, "INSUFFICIENT_FUNDS")]
    [InlineData(WalletRefusal.TooManyHolds, 422, "TOO_MANY_HOLDS")]
    public void A_refusal_has_its_code_in_both_families_and_repeated_in_family_1_it_is_a_duplicate(WalletRefusal refusal, int status, string code)
    {
        var transferId = Guid.CreateVersion7();
        AssertProblem(status, code, Refusals.Of(new WalletOutcome.Refused(refusal, false), Id));
        AssertProblem(status, code, Refusals.OfOnce(new WalletOutcome.Refused(refusal, false), Id));
        AssertProblem(status, code, Refusals.OfOnce(new TransferOutcome.Refused(refusal, transferId, false), Id));
        Assert.True(Refusals.Of(new WalletOutcome.Refused(refusal, true), Id)!.Replayed);
        Assert.Equal(transferId, Refusals.Of(new TransferOutcome.Refused(refusal, transferId, true), Id)!.TransferId);
        Assert.Null(AssertProblem(409, "DUPLICATE_IDEMPOTENCY_KEY", Refusals.OfOnce(new WalletOutcome.Refused(refusal, true), Id)).TransactionId);
        Assert.Null(AssertProblem(409, "DUPLICATE_IDEMPOTENCY_KEY", Refusals.OfOnce(new TransferOutcome.Refused(refusal, transferId, true), Id)).TransactionId);
    }

    [Theory]
    [InlineData(NotDecidedReason.WalletNotFound, 404, "NOT_FOUND", 404, "NOT_FOUND")]
    [InlineData(NotDecidedReason.RequestIdReused, 422, "REQUEST_ID_REUSED", 409, "DUPLICATE_IDEMPOTENCY_KEY")]
    [InlineData(NotDecidedReason.Overloaded, 429, "OVERLOADED", 429, "OVERLOADED")]
    [InlineData(NotDecidedReason.Unavailable, 503, "UNAVAILABLE", 503, "UNAVAILABLE")]
    [InlineData(NotDecidedReason.OutcomeUnknown, 503, "OUTCOME_UNKNOWN", 503, "OUTCOME_UNKNOWN")]
    public void What_was_not_decided_has_its_code_in_each_family(NotDecidedReason reason, int status, string code, int onceStatus, string onceCode)
    {
        AssertProblem(status, code, Refusals.Of(new WalletOutcome.NotDecided(reason), Id));
        AssertProblem(status, code, Refusals.Of(new TransferOutcome.NotDecided(reason), Id));
        AssertProblem(onceStatus, onceCode, Refusals.OfOnce(new WalletOutcome.NotDecided(reason), Id));
        AssertProblem(onceStatus, onceCode, Refusals.OfOnce(new TransferOutcome.NotDecided(reason), Id));
    }

    [Fact]
    public void A_request_id_reused_in_family_1_names_the_transaction_it_belongs_to() => Assert.Equal(
        Entry.EntryId,
        Refusals.OfOnce(new WalletOutcome.NotDecided(NotDecidedReason.RequestIdReused, Entry.EntryId), Id)!.TransactionId);

    [Fact]
    public void An_outcome_that_is_unknown_names_the_request_id_the_client_wrote() =>
        Assert.Equal("order-7", Refusals.Of(new WalletOutcome.NotDecided(NotDecidedReason.OutcomeUnknown), Id)!.RequestId);

    [Fact]
    public void A_reversal_whose_outcome_is_unknown_names_the_request_id_the_client_wrote()
    {
        Assert.True(RequestId.TryFromReversal("order-7", out var requestId));
        Assert.Equal("order-7", Refusals.Of(new TransferOutcome.NotDecided(NotDecidedReason.OutcomeUnknown), requestId)!.RequestId);
    }

    [Theory]
    [InlineData(TransferInvalidReason.SameWallet, 400, "SAME_WALLET")]
    [InlineData(TransferInvalidReason.ReceiverNotFound, 404, "NOT_FOUND")]
    [InlineData(TransferInvalidReason.ReceiverCurrencyMismatch, 422, "CURRENCY_MISMATCH")]
    [InlineData(TransferInvalidReason.TransferNotFound, 404, "NOT_FOUND")]
    [InlineData(TransferInvalidReason.NotReversible, 422, "NOT_REVERSIBLE")]
    [InlineData(TransferInvalidReason.TransferCurrencyMismatch, 422, "CURRENCY_MISMATCH")]
    public void A_transfer_that_cannot_be_has_its_code(TransferInvalidReason reason, int status, string code) =>
        AssertProblem(status, code, Refusals.Of(new TransferOutcome.Invalid(reason), Id));

    [Fact]
    public void A_bulk_that_moved_nothing_has_the_code_of_its_leg_and_names_it()
    {
        var refused = AssertProblem(400, "INSUFFICIENT_FUNDS", Refusals.Of(new BulkOutcome.Refused(WalletRefusal.InsufficientFunds, 7, true), Id));
        Assert.Equal((7, true), (refused.FailedLeg!.Value, refused.Replayed));
        Assert.Equal(8, AssertProblem(422, "CURRENCY_MISMATCH", Refusals.Of(new BulkOutcome.Invalid(TransferInvalidReason.ReceiverCurrencyMismatch, 8), Id)).FailedLeg);
        Assert.Equal(9, AssertProblem(404, "NOT_FOUND", Refusals.Of(new BulkOutcome.NotDecided(NotDecidedReason.WalletNotFound, 9), Id)).FailedLeg);
        Assert.Null(AssertProblem(422, "REQUEST_ID_REUSED", Refusals.Of(new BulkOutcome.NotDecided(NotDecidedReason.RequestIdReused), Id)).FailedLeg);
        Assert.Equal("order-7", AssertProblem(503, "OUTCOME_UNKNOWN", Refusals.Of(new BulkOutcome.NotDecided(NotDecidedReason.OutcomeUnknown), Id)).RequestId);
        Assert.True(AssertProblem(422, "BULK_ABANDONED", Refusals.Of(new BulkOutcome.Abandoned(true), Id)).Replayed);
        Assert.Null(Refusals.Of(new BulkOutcome.Completed(Guid.CreateVersion7(), [], true), Id));
    }

    [Fact]
    public void A_schedule_that_was_not_made_has_its_code()
    {
        Assert.Contains("startAt", AssertProblem(400, "VALIDATION", Refusals.Of(new ScheduleOutcome.Refused(ScheduleRefusal.StartsInThePast), Id)).Errors!.Keys);
        AssertProblem(422, "WALLET_CLOSED", Refusals.Of(new ScheduleOutcome.Refused(ScheduleRefusal.WalletClosed), Id));
        AssertProblem(422, "TOO_MANY_SCHEDULES", Refusals.Of(new ScheduleOutcome.Refused(ScheduleRefusal.TooManySchedules), Id));
        AssertProblem(404, "NOT_FOUND", Refusals.Of(new ScheduleOutcome.Invalid(TransferInvalidReason.ReceiverNotFound), Id));
        AssertProblem(422, "REQUEST_ID_REUSED", Refusals.Of(new ScheduleOutcome.NotDecided(NotDecidedReason.RequestIdReused), Id));
        AssertProblem(503, "OUTCOME_UNKNOWN", Refusals.Of(new ScheduleOutcome.NotDecided(NotDecidedReason.OutcomeUnknown), Id));
    }

    [Fact]
    public void What_was_accepted_is_no_problem_and_repeated_in_family_1_a_duplicate()
    {
        Assert.Null(Refusals.Of(new WalletOutcome.Accepted(Entry, true), Id));
        Assert.Null(Refusals.OfOnce(new WalletOutcome.Accepted(Entry, false), Id));
        Assert.Equal(Entry.EntryId, Refusals.OfOnce(new WalletOutcome.Accepted(Entry, true), Id)!.TransactionId);
        Assert.Null(Refusals.Of(new TransferOutcome.Completed(Guid.CreateVersion7(), Entry, true), Id));
        Assert.Null(Refusals.OfOnce(new TransferOutcome.Completed(Guid.CreateVersion7(), Entry, false), Id));
        Assert.Equal(Entry.EntryId, Refusals.OfOnce(new TransferOutcome.Completed(Guid.CreateVersion7(), Entry, true), Id)!.TransactionId);
    }

    [Fact]
    public void A_lost_answer_of_a_command_is_an_unknown_outcome_and_of_a_read_an_outage()
    {
        foreach (var lost in new Exception[] { new TimeoutException(), new SiloUnavailableException("gone") })
        {
            Assert.Equal("order-7", AssertProblem(503, "OUTCOME_UNKNOWN", Failures.OfCommand(lost, Id)).RequestId);
            AssertProblem(503, "UNAVAILABLE", Failures.OfRead(lost));
            AssertProblem(503, "OUTCOME_UNKNOWN", Failures.OfReadAfterCommand(lost, Id));
        }
    }

    [Fact]
    public void A_lost_answer_of_a_change_without_a_request_id_says_what_to_do_and_that_of_a_read_is_an_outage()
    {
        var change = new Operation("pay", "Tests", "Pays") { Access = Access.Open, Response = typeof(void), IfUnknown = "Look at the bill." };
        foreach (var lost in new Exception[] { new TimeoutException(), new SiloUnavailableException("gone"), new OutcomeUnknownException("lost", new IOException()) })
        {
            var problem = Failures.OfRequest(lost, change);
            AssertProblem(503, "OUTCOME_UNKNOWN", problem);
            Assert.Equal(("It is not known whether this happened. Look at the bill.", null), (problem!.Detail, problem.RequestId));
        }

        AssertProblem(503, "UNAVAILABLE", Failures.OfRequest(new TimeoutException(), change with { IfUnknown = null }));
        AssertProblem(503, "UNAVAILABLE", Failures.OfRequest(new TimeoutException(), operation: null));
        AssertProblem(503, "UNAVAILABLE", Failures.OfRequest(new UnavailableException("away"), change));
    }

    [Fact]
    public void An_outage_in_which_nothing_happened_says_so_unless_the_command_had_happened_already()
    {
        AssertProblem(503, "UNAVAILABLE", Failures.OfCommand(new UnavailableException("away"), Id));
        AssertProblem(503, "UNAVAILABLE", Failures.OfRead(new UnavailableException("away")));
        AssertProblem(503, "OUTCOME_UNKNOWN", Failures.OfReadAfterCommand(new UnavailableException("away"), Id));
        AssertProblem(429, "OVERLOADED", Failures.OfCommand(new LimitExceededException("full"), Id));
        AssertProblem(429, "OVERLOADED", Failures.OfRead(new LimitExceededException("full")));
    }

    [Fact]
    public void What_the_server_refused_keeps_its_status()
    {
        AssertProblem(413, "BODY_TOO_LARGE", Failures.OfRead(new BadHttpRequestException("too large", 413)));
        AssertProblem(408, "REQUEST_TIMEOUT", Failures.OfRead(new BadHttpRequestException("too slow", 408)));
        AssertProblem(400, "VALIDATION", Failures.OfRead(new BadHttpRequestException("bad chunk", 400)));
    }

    [Fact]
    public void A_fault_of_this_product_is_nobody_elses_problem()
    {
        Assert.Null(Failures.OfRead(new InvalidOperationException()));
        Assert.Null(Failures.OfCommand(new InvalidOperationException(), Id));
        Assert.Null(Failures.OfReadAfterCommand(new InvalidOperationException(), Id));
    }

    [Fact]
    public void Only_what_may_be_tried_again_says_after_how_many_seconds()
    {
        foreach (var problem in new[] { Problem.Overloaded, Problem.Unavailable, Problem.OutcomeUnknown("id") })
        {
            Assert.True(problem.Kind.RetryAfterSeconds > 0);
        }

        foreach (var problem in new[] { Problem.NotFound, Problem.Internal, Problem.Unauthenticated, Problem.Forbidden, Problem.BodyTooLarge })
        {
            Assert.Null(problem.Kind.RetryAfterSeconds);
        }
    }

    private static Problem AssertProblem(int status, string code, Problem? problem)
    {
        Assert.NotNull(problem);
        Assert.Equal((status, code), (problem.Kind.Status, problem.Kind.Code));
        return problem;
    }
}
