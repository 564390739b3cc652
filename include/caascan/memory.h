// For programs that want to end in good order where memory runs out.
#pragma once

#include <chrono>

namespace caascan {

/// From now on an allocation that fails inside libuv or OpenSSL calls the new-handler
/// (std::set_new_handler), as a failed `operator new` does. Without this their failures would look
/// like failures of a socket, or like signatures that do not verify.
///
/// The new-handler must free memory or end the program: these libraries cannot be thrown through.
/// Where there is none, the allocation fails as before. Once, before anything else of this library
/// or of those two is used; false where it came too late for one of them.
bool ShareNewHandler();

/// For a new-handler that is about to end the program: lets every write of records that is under
/// way end, so that the output ends with a whole line, and begins no other. A thread that wants to
/// write later sleeps for ever. Any thread; does not allocate.
///
/// Waits for `patience` at most: the reader of a pipe may not read. False where a write was still
/// under way then.
bool CloseOutputs(std::chrono::milliseconds patience);

}  // namespace caascan
