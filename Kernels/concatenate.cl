// Copies `width` neighbouring channels of each row from one tensor to another; VEC divides every number of channels.
// Concatenation runs it once an input, its gradient once a slice.

kernel void copy_channels(
    global const stored *from, global stored *to, ulong elements, int width, int from_channels, int from_start,
    int to_channels, int to_start) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong row = i / (uint)width;
    const int channel = (int)(i - row * (uint)width);
    STORE_STORED(LOAD_STORED(from + row * (uint)from_channels + from_start + channel),
          to + row * (uint)to_channels + to_start + channel);
}
