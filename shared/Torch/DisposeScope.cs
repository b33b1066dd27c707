using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>
/// Owns the tensors made on its thread while it is the innermost scope, and disposes of them with itself.
/// A tensor leaves it by <see cref="MoveToOuter(IDisposable)"/>, <see cref="Detach(IDisposable)"/> or its own Dispose.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    private readonly List<Tensor> owned = [];
    private volatile bool disposed;

    internal DisposeScope(DisposeScope? outer) => OuterScope = outer;

    internal DisposeScope? OuterScope { get; private set; }

    internal bool IsDisposed => disposed;

    /// <summary>How many tensors the scope would dispose of now.</summary>
    public int DisposablesCount
    {
        get
        {
            lock (owned)
            {
                return owned.Count;
            }
        }
    }

    public bool Contains(IDisposable disposable) => disposable is Tensor tensor && ReferenceEquals(tensor.OwningDisposeScope, this);

    /// <summary>Takes in a tensor that was made elsewhere.</summary>
    public T Attach<T>(T disposable)
        where T : IDisposable
    {
        if (disposable is Tensor tensor)
        {
            tensor.OwningDisposeScope?.Remove(tensor);
            Add(tensor);
        }

        return disposable;
    }

    public T MoveToOuter<T>(T disposable)
        where T : IDisposable => MoveToOther(OuterScope, disposable);

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOther(OuterScope, disposables);

    public T MoveToOther<T>(DisposeScope? scope, T disposable)
        where T : IDisposable
    {
        if (disposable is Tensor tensor && Contains(tensor))
        {
            Remove(tensor);
            scope?.Add(tensor);
        }

        return disposable;
    }

    public void MoveToOther(DisposeScope? scope, params IDisposable[] disposables)
    {
        foreach (var disposable in disposables)
        {
            MoveToOther(scope, disposable);
        }
    }

    public T Detach<T>(T disposable)
        where T : IDisposable => MoveToOther(null, disposable);

    public void Detach(params IDisposable[] disposables) => MoveToOther(null, disposables);

    /// <summary>Disposes of what the scope owns now, except what is named; the scope goes on.</summary>
    public void DisposeEverythingBut(params IDisposable[] keep)
    {
        Tensor[] all;
        lock (owned)
        {
            all = [.. owned];
        }

        foreach (var tensor in all)
        {
            if (!keep.Contains(tensor))
            {
                tensor.Dispose();
            }
        }
    }

    public void DisposeEverything() => DisposeEverythingBut();

    public void Dispose()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        lock (owned)
        {
            foreach (var tensor in owned)
            {
                tensor.DisposeFromScope();
            }

            owned.Clear();
        }

        DisposeScopeManager.Remove(this);
    }

    internal void Add(Tensor tensor)
    {
        lock (owned)
        {
            tensor.OwningDisposeScope = this;
            tensor.Slot = owned.Count;
            owned.Add(tensor);
        }
    }

    // The last one moves into the free place, so that leaving costs the same however many there are.
    internal void Remove(Tensor tensor)
    {
        lock (owned)
        {
            if (!ReferenceEquals(tensor.OwningDisposeScope, this))
            {
                return;
            }

            var last = owned[^1];
            owned[tensor.Slot] = last;
            last.Slot = tensor.Slot;
            owned.RemoveAt(owned.Count - 1);
            tensor.OwningDisposeScope = null;
        }
    }

    internal void Unlink(DisposeScope inner)
    {
        for (var scope = this; scope is not null; scope = scope.OuterScope)
        {
            if (ReferenceEquals(scope.OuterScope, inner))
            {
                scope.OuterScope = inner.OuterScope;
                return;
            }
        }
    }
}

/// <summary>The scopes of each thread, innermost first.</summary>
public static class DisposeScopeManager
{
    [ThreadStatic]
    private static DisposeScope? current;

    // After an await, a scope may have been disposed of on another thread, which cannot reach this thread's innermost one.
    internal static DisposeScope? Current
    {
        get
        {
            while (current is { IsDisposed: true })
            {
                current = current.OuterScope;
            }

            return current;
        }
    }

    internal static DisposeScope Push() => current = new DisposeScope(Current);

    internal static void Remove(DisposeScope scope)
    {
        if (ReferenceEquals(current, scope))
        {
            current = scope.OuterScope;
        }
        else
        {
            current?.Unlink(scope);
        }
    }
}

public static partial class torch
{
    /// <summary>Starts a scope on this thread: what is made from now on goes with it.</summary>
    public static DisposeScope NewDisposeScope() => DisposeScopeManager.Push();

    public static T WrappedTensorDisposeScope<T>(Func<T> expression)
        where T : IDisposable
    {
        using var scope = NewDisposeScope();
        return scope.MoveToOuter(expression());
    }
}

public static class DisposeScopeExtensions
{
    public static T MoveToOuterDisposeScope<T>(this T disposable)
        where T : IDisposable => disposable is Tensor { OwningDisposeScope: { } scope } ? scope.MoveToOuter(disposable) : disposable;

    public static T MoveToOtherDisposeScope<T>(this T disposable, DisposeScope? scope)
        where T : IDisposable => disposable is Tensor { OwningDisposeScope: { } owner } ? owner.MoveToOther(scope, disposable) : disposable;

    public static T DetachFromDisposeScope<T>(this T disposable)
        where T : IDisposable => disposable is Tensor { OwningDisposeScope: { } scope } ? scope.Detach(disposable) : disposable;
}
