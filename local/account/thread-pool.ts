/**
 * Every running statement holds a thread of Node's pool (4 unless told), beside files and zlib: raised before the
 * pool starts, so that a few long statements do not hold up all others. Import this first.
 */
process.env["UV_THREADPOOL_SIZE"] ??= "64";
