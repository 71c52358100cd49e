namespace Orleans.InProcess;

/// <summary>Starts something that outlives the current request, so that the request's ambient values do not flow into it.</summary>
internal static class WithoutAmbientValues
{
    public static T Do<T>(Func<T> start)
    {
        if (ExecutionContext.IsFlowSuppressed())
            return start();

        using (ExecutionContext.SuppressFlow())
            return start();
    }
}
