namespace Orleans.InProcess;

/// <summary>What a call can be delivered to: an activation, a pool of stateless workers, a client object.</summary>
internal interface ICallTarget
{
    /// <summary>Takes the call over: it will be started, passed on or answered with a failure.</summary>
    void Receive(Call call);
}
