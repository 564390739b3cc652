// Byte streams over plain TCP, by libuv.
#pragma once

#include <memory>

#include "scanner/async/byte_stream.h"

namespace caascan::async {

/// Connects once Connect() is called. See MakeStream.
std::unique_ptr<ByteStream> MakeTcpStream(Loop* loop, ByteStream::User* user);

}  // namespace caascan::async
