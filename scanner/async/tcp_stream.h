// Byte streams over plain TCP, by libuv.
#pragma once

#include <memory>

#include "scanner/async/byte_stream.h"
#include "scanner/async/local_end.h"

namespace caascan::async {

/// Connects once Connect() is called. See MakeStream.
std::unique_ptr<ByteStream> MakeTcpStream(Loop* loop, ByteStream::User* user);

/// Makes streams that leave from there, each from the next source. Any thread.
MakeStream TcpStreamsFrom(std::shared_ptr<LocalEnd> end);

}  // namespace caascan::async
