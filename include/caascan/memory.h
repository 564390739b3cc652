// For programs that want to end in good order where memory runs out.
#pragma once

#include <chrono>

namespace caascan {

/// For a new-handler (std::set_new_handler) that is about to end the program: lets every write of
/// records that is under way end, so that the output ends with a whole line, and begins no other. A
/// thread that wants to write later sleeps for ever. Any thread; does not allocate.
///
/// Waits for `patience` at most: the reader of a pipe may not read. False where a write was still
/// under way then.
bool CloseOutputs(std::chrono::milliseconds patience);

}  // namespace caascan
