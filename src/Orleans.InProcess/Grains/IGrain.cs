using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>Anything a call can be addressed to: grains and observers.</summary>
    public interface IAddressable;
}

namespace Orleans
{
    /// <summary>Marks a grain interface. Its methods return <see cref="Task"/>, <see cref="Task{TResult}"/>, <see cref="ValueTask"/> or <see cref="ValueTask{TResult}"/>.</summary>
    /// <remarks>Differs from Orleans: generic methods and <see cref="IAsyncEnumerable{T}"/> results are refused when the interface is first used.</remarks>
    public interface IGrain : IAddressable;

    /// <summary>A grain interface whose grains have Guid keys.</summary>
    public interface IGrainWithGuidKey : IGrain;

    /// <summary>A grain interface whose grains have integer keys.</summary>
    public interface IGrainWithIntegerKey : IGrain;

    /// <summary>A grain interface whose grains have string keys.</summary>
    public interface IGrainWithStringKey : IGrain;

    /// <summary>Marks an interface of client objects that grains may call; <c>void</c> methods are one-way.</summary>
    public interface IGrainObserver : IAddressable;
}
