using System.Net;
using WalletGrains.Chaos.Checking;
using WalletGrains.Chaos.Traffic;
using WalletGrains.Testing.Processes;
using Xunit;

namespace WalletGrains.Chaos.Tests.Checking;

/// <summary>A checker that cannot fail proves nothing: each of these histories has one fault in it, and it is found.</summary>
public sealed class CheckerTests
{
    private static readonly Reply Unknown = new Reply.Unknown("connection lost", false);
    private static readonly Reply NotDone = new Reply.NotDone("UNAVAILABLE", true);
    private static readonly Reply Refused = new Reply.Refused(HttpStatusCode.BadRequest, "INSUFFICIENT_FUNDS");

    private readonly SampleBank _bank = new();

    private static Guid Ada => SampleBank.Ada;

    private static Guid Ben => SampleBank.Ben;

    [Fact]
    public void A_sound_history_is_found_sound()
    {
        _bank.Deposit("salary", Ada, 1_000);
        _bank.Withdraw("rent", Ada, 300);
        _bank.Transfer("gift", Ada, Ben, 200);
        _bank.Tell(new Operation("too much", OperationKind.Withdraw, Ada, 9_000), Refused);
        _bank.Reads.Add(new ReadRecord(100, 101, new BookHead(Ada, 3, 500, 0)));

        Assert.Empty(_bank.Check().Findings);
    }

    [Fact]
    public void An_acknowledged_operation_that_is_not_in_the_books_is_lost()
    {
        var entry = _bank.Deposit("salary", Ada, 1_000);
        _bank.Entries.Remove(entry);

        AssertFound(Fault.Lost);
    }

    [Fact]
    public void An_acknowledged_operation_that_is_in_the_books_with_another_amount_is_lost()
    {
        var entry = _bank.Enter(Ada, "c:salary", "FUND", 900);
        _bank.Tell(new Operation("salary", OperationKind.Deposit, Ada, 1_000), SampleBank.Receipt(entry));

        AssertFound(Fault.Lost);
    }

    [Fact]
    public void An_acknowledged_transfer_that_is_not_completed_is_lost()
    {
        _bank.Deposit("salary", Ada, 1_000);
        var transfer = _bank.Transfer("gift", Ada, Ben, 200);
        _bank.Transfers[0] = transfer with { Step = TransferStep.Debited, CreditId = null };

        AssertFound(Fault.Lost);
    }

    [Fact]
    public void An_operation_that_was_there_when_looked_up_and_is_not_any_more_is_lost()
    {
        var entry = _bank.Deposit("salary", Ada, 1_000);
        _bank.Operations.Clear();
        _bank.Tell(new Operation("salary", OperationKind.Deposit, Ada, 1_000), Unknown);
        _bank.Before.Add(entry);
        _bank.Entries.Remove(entry);

        AssertFound(Fault.Lost);
    }

    [Fact]
    public void An_entry_that_nobody_asked_for_is_a_duplicate()
    {
        _bank.Deposit("salary", Ada, 1_000);
        _bank.Enter(Ada, "c:salary of somebody else", "FUND", 1_000);

        AssertFound(Fault.Duplicated);
    }

    [Fact]
    public void Two_entries_of_one_request_are_a_duplicate()
    {
        _bank.Deposit("salary", Ada, 1_000);
        _bank.Enter(Ada, "c:salary", "FUND", 1_000);

        AssertFound(Fault.Duplicated);
    }

    [Fact]
    public void A_second_credit_of_one_transfer_is_a_duplicate()
    {
        _bank.Deposit("salary", Ada, 1_000);
        var transfer = _bank.Transfer("gift", Ada, Ben, 200);
        _bank.Enter(Ben, $"t:{transfer.TransferId:N}/credit", "TRANSFER_IN", 200);

        AssertFound(Fault.Duplicated);
    }

    [Fact]
    public void One_request_acknowledged_as_new_twice_is_a_duplicate()
    {
        var entry = _bank.Enter(Ada, "c:salary", "FUND", 1_000);
        _bank.Tell(new Operation("salary", OperationKind.Deposit, Ada, 1_000), SampleBank.Receipt(entry), SampleBank.Receipt(entry));

        AssertFound(Fault.Duplicated);
    }

    [Fact]
    public void A_refused_operation_in_the_books_is_resurrected()
    {
        _bank.Enter(Ada, "c:salary", "FUND", 1_000);
        _bank.Tell(new Operation("salary", OperationKind.Deposit, Ada, 1_000), Refused);

        AssertFound(Fault.Resurrected);
    }

    [Fact]
    public void An_operation_reported_not_done_in_the_books_is_resurrected()
    {
        _bank.Enter(Ada, "c:salary", "FUND", 1_000);
        _bank.Tell(new Operation("salary", OperationKind.Deposit, Ada, 1_000), NotDone);

        AssertFound(Fault.Resurrected);
    }

    [Fact]
    public void An_operation_that_was_not_there_when_looked_up_and_appears_later_is_resurrected()
    {
        var entry = _bank.Enter(Ada, "c:salary", "FUND", 1_000);
        _bank.Tell(new Operation("salary", OperationKind.Deposit, Ada, 1_000), Unknown);
        _bank.After.Add(entry);

        AssertFound(Fault.Resurrected);
    }

    [Fact]
    public void An_operation_that_was_not_there_when_looked_up_and_is_then_a_repeat_is_resurrected()
    {
        var entry = _bank.Enter(Ada, "c:salary", "FUND", 1_000);
        var record = _bank.Tell(new Operation("salary", OperationKind.Deposit, Ada, 1_000), Unknown, SampleBank.Receipt(entry, replayed: true));
        _bank.After.Add(entry);
        _bank.LookedAt = record.Attempts[1].InvokedAt;

        AssertFound(Fault.Resurrected);
    }

    [Fact]
    public void An_unknown_operation_is_no_fault_whichever_way_it_resolves()
    {
        var durable = _bank.Enter(Ada, "c:durable", "FUND", 1_000);
        _bank.Tell(new Operation("durable", OperationKind.Deposit, Ada, 1_000), Unknown, SampleBank.Receipt(durable, replayed: true));
        _bank.Tell(new Operation("absent", OperationKind.Deposit, Ada, 1_000), Unknown);
        _bank.Tell(new Operation("refused", OperationKind.Withdraw, Ada, 9_000), Unknown, Refused);

        var verdict = _bank.Check();

        Assert.Empty(verdict.Findings);
        Assert.Equal(new Resolved(Durable: 1, Absent: 1, Refused: 1), verdict.Resolved);
    }

    [Fact]
    public void Two_answers_to_one_request_contradict_each_other()
    {
        var entry = _bank.Deposit("salary", Ada, 1_000);
        _bank.Operations[0].Add(new Attempt(50, 51, SampleBank.Receipt(entry with { EntryId = Guid.NewGuid() }, replayed: true)));

        AssertFound(Fault.Contradicted);
    }

    private void AssertFound(Fault fault) => Assert.Contains(_bank.Check().Findings, finding => finding.Fault == fault);
}
