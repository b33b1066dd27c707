using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using TorchSharp.Utils;
using static TorchSharp.Failure;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// A handle to a tensor of libtorch. It is freed by Dispose, by the dispose scope it was made in, or at the latest by the finalizer.
    /// Every operation that libtorch refuses throws <see cref="ExternalException"/> with its reason and the operands' shapes.
    /// </summary>
    [NativeMarshalling(typeof(TensorMarshaller))]
    public partial class Tensor : IDisposable
    {
        private nint handle;

        internal Tensor(nint handle)
        {
            this.handle = handle;
            DisposeScopeManager.Current?.Add(this);
        }

#pragma warning disable MA0055 // A tensor that nobody disposed of has to give its memory back, as in TorchSharp.
        ~Tensor() => Free();
#pragma warning restore MA0055

        /// <summary>How many native tensors are alive in this process.</summary>
        public static long TotalCount => Native.live();

        /// <summary>The most native tensors that were alive at once.</summary>
        public static long PeakCount => Native.peak();

        public DisposeScope? OwningDisposeScope { get; internal set; }

        internal int Slot { get; set; }

        public bool IsInvalid => handle == 0;

        /// <exception cref="InvalidOperationException">The tensor was disposed of.</exception>
        public nint Handle => handle != 0 ? handle : throw new InvalidOperationException("The tensor was disposed of: its handle is empty.");

        /// <summary>The handle of another tensor, which is empty from then on: a <see cref="Modules.Parameter"/> takes its tensor's place.</summary>
        private protected Tensor(Tensor taken)
            : this(Interlocked.Exchange(ref taken.handle, 0)) => taken.Dispose();

        public void Dispose()
        {
            OwningDisposeScope?.Remove(this);
            Free();
            GC.SuppressFinalize(this);
        }

        internal void DisposeFromScope()
        {
            OwningDisposeScope = null;
            Free();
            GC.SuppressFinalize(this);
        }

        private void Free()
        {
            var old = Interlocked.Exchange(ref handle, 0);
            if (old != 0)
            {
                Native.free(old);
            }
        }

        public unsafe long[] shape
        {
            get
            {
                var sizes = new long[ndim];
                fixed (long* p = sizes)
                {
                    Check(Native.sizes(this, p));
                }

                return sizes;
            }
        }

        public long[] size() => shape;

        public unsafe long size(int dim)
        {
            long value;
            Check(Native.size(this, dim, &value));
            return value;
        }

        public unsafe long[] stride()
        {
            var strides = new long[ndim];
            fixed (long* p = strides)
            {
                Check(Native.strides(this, p));
            }

            return strides;
        }

        public long stride(int dim) => stride()[dim < 0 ? dim + ndim : dim];

        public long ndim => Native.dim(this);

        public long Dimensions => ndim;

        public long dim() => ndim;

        public long numel() => Native.numel(this);

        public long NumberOfElements => numel();

        public long ElementSize => Native.element_size(this);

        public long element_size() => ElementSize;

        public ScalarType dtype => (ScalarType)Native.dtype(this);

        public Device device => new((DeviceType)Native.device_type(this), Native.device_index(this));

        public DeviceType device_type => (DeviceType)Native.device_type(this);

        public int device_index => Native.device_index(this);

        public bool is_contiguous() => Native.is_contiguous(this);

        public bool is_floating_point() => dtype is ScalarType.Float32 or ScalarType.Float64 or ScalarType.Float16 or ScalarType.BFloat16;

        public bool is_cuda => device_type == DeviceType.CUDA;

        public bool is_leaf => Native.is_leaf(this);

        public bool requires_grad
        {
            get => Native.requires_grad(this);
            set => Check(Native.set_requires_grad(this, value));
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        /// <summary>The gradient that backward() has gathered, or null.</summary>
        public Tensor? grad
        {
            get => Native.has_grad(this) ? Native.grad(this) : null;
            set => Check(Native.set_grad(this, value));
        }

        public void backward(IList<Tensor>? grad_tensors = null, bool create_graph = false, bool retain_graph = false, IList<Tensor>? inputs = null)
        {
            if (inputs is not null || grad_tensors is { Count: > 1 })
            {
                throw new NotSupportedException("backward takes one gradient and no inputs here; autograd.grad takes the rest.");
            }

            Check(Native.backward(this, grad_tensors is [var gradient] ? gradient : null, retain_graph || create_graph, create_graph));
        }

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(type, device, copy, disposeAfter, non_blocking);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(dtype, device, copy, disposeAfter, non_blocking);

        /// <summary>This very tensor where nothing changes, as in TorchSharp; otherwise a new one.</summary>
        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            if (!copy && type == dtype && device.type == device_type && (device.index < 0 || device.index == device_index))
            {
                return this;
            }

            var moved = Native.to(this, (int)type, (int)device.type, device.index, !non_blocking, copy);
            if (disposeAfter)
            {
                Dispose();
            }

            return moved;
        }

        public Tensor to(Tensor other, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(other.dtype, other.device, copy, disposeAfter, non_blocking);

        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(type, copy, disposeAfter, non_blocking);

        public Tensor type_as(Tensor tensor) => to(tensor.dtype);

        public Tensor @float() => to(ScalarType.Float32);

        public Tensor @double() => to(ScalarType.Float64);

        public Tensor half() => to(ScalarType.Float16);

        public Tensor bfloat16() => to(ScalarType.BFloat16);

        public Tensor @long() => to(ScalarType.Int64);

        public Tensor @int() => to(ScalarType.Int32);

        public Tensor @bool() => to(ScalarType.Bool);

        public Tensor cpu(bool disposeAfter = false, bool non_blocking = false) => to(CPU, disposeAfter: disposeAfter, non_blocking: non_blocking);

        public Tensor cuda(Device? device = null, bool disposeAfter = false, bool non_blocking = false) =>
            to(device ?? CUDA, disposeAfter: disposeAfter, non_blocking: non_blocking);

        /// <summary>A second handle to the same values.</summary>
        public Tensor alias() => Native.alias(this);

        /// <summary>The elements in row-major order, read where they lie (views included).</summary>
        /// <exception cref="ArgumentException">T is not the type of the elements.</exception>
        /// <remarks>Elements of a GPU are copied to the CPU first, so that writing does not reach them.</remarks>
        public TensorAccessor<T> data<T>()
            where T : unmanaged
        {
            Require<T>();
            return new TensorAccessor<T>(cpu());
        }

        /// <summary>The memory of a contiguous CPU tensor; setting it copies.</summary>
        public unsafe Span<byte> bytes
        {
            get => new((void*)Pointer(), checked((int)(numel() * ElementSize)));
            set
            {
                var mine = bytes;
                if (value.Length != mine.Length)
                {
                    throw new ArgumentException($"The tensor holds {mine.Length} bytes, {value.Length} were given.");
                }

                value.CopyTo(mine);
            }
        }

        /// <summary>The only element.</summary>
        /// <exception cref="ArgumentException">T is not the type of the element, or there is not exactly one.</exception>
        public T item<T>()
            where T : unmanaged
        {
            if (numel() != 1)
            {
                throw new ArgumentException($"item() needs a tensor of one element; this one has the shape [{string.Join(", ", shape)}].");
            }

            return data<T>()[0];
        }

        internal unsafe nint Pointer()
        {
            if (device_type != DeviceType.CPU)
            {
                throw new InvalidOperationException($"The tensor is on {device}: bring it over with cpu() to read its elements.");
            }

            if (!is_contiguous())
            {
                throw new InvalidOperationException($"The tensor of shape [{string.Join(", ", shape)}] is not contiguous: call contiguous() first.");
            }

            return (nint)Native.data_ptr(this);
        }

        private void Require<T>()
        {
            var fits = dtype switch
            {
                ScalarType.Byte => typeof(T) == typeof(byte),
                ScalarType.Int8 => typeof(T) == typeof(sbyte),
                ScalarType.Int16 => typeof(T) == typeof(short),
                ScalarType.Int32 => typeof(T) == typeof(int),
                ScalarType.Int64 => typeof(T) == typeof(long),
                ScalarType.Float16 => typeof(T) == typeof(Half),
                ScalarType.Float32 => typeof(T) == typeof(float),
                ScalarType.Float64 => typeof(T) == typeof(double),
                ScalarType.Bool => typeof(T) == typeof(bool),
                ScalarType.BFloat16 => typeof(T) == typeof(BFloat16),
                _ => false,
            };
            if (!fits)
            {
                throw new ArgumentException($"The elements are {dtype}, not {typeof(T).Name}: convert with to(ScalarType) first.");
            }
        }

        public override string ToString() => IsInvalid ? "disposed tensor" : $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";
    }
}
