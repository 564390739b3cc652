// Tested by frame_file_test.cc.
#include "scanner/dnstap/frame_file.h"

#include <fcntl.h>
#include <fstrm.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include <absl/strings/str_cat.h>

namespace caascan::dnstap {
namespace {

constexpr std::string_view kContentType = "protobuf:dnstap.Dnstap";
constexpr mode_t kMode = 0644;

/// The bytes of a file, for libfstrm. It outlives what libfstrm makes of it.
struct File {
  explicit File(int descriptor) : fd(descriptor) {}
  ~File() { close(fd); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const int fd;
  std::atomic<int> error{0};  // The first errno.
};

fstrm_res Open(void* /*file*/) { return fstrm_res_success; }
fstrm_res Close(void* /*file*/) { return fstrm_res_success; }

fstrm_res Read(void* object, void* data, size_t count) {
  auto* const file = static_cast<File*>(object);
  auto* to = static_cast<char*>(data);
  size_t done = 0;
  while (done < count) {
    const ssize_t got = read(file->fd, to + done, count - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) file->error = errno;
    if (got <= 0) return fstrm_res_failure;
    done += static_cast<size_t>(got);
  }
  return fstrm_res_success;
}

fstrm_res Write(void* object, const iovec* parts, int count) {
  auto* const file = static_cast<File*>(object);
  for (int i = 0; i < count && file->error == 0; ++i) {
    std::string_view rest(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
    while (!rest.empty()) {
      const ssize_t put = write(file->fd, rest.data(), rest.size());
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) {
        file->error = put < 0 ? errno : EIO;
        break;
      }
      rest.remove_prefix(static_cast<size_t>(put));
    }
  }
  // A failure would have libfstrm open it again and again; the rest is thrown away instead.
  return fstrm_res_success;
}

enum class Way : uint8_t { kRead, kWrite };

/// One way alone: with both libfstrm expects a partner that shakes hands.
fstrm_rdwr* Wrap(File* file, Way way) {
  fstrm_rdwr* const wrapped = fstrm_rdwr_init(file);
  fstrm_rdwr_set_open(wrapped, Open);
  fstrm_rdwr_set_close(wrapped, Close);
  if (way == Way::kRead) {
    fstrm_rdwr_set_read(wrapped, Read);
  } else {
    fstrm_rdwr_set_write(wrapped, Write);
  }
  return wrapped;
}

/// A frame on its way, and the count of those.
struct Waiting {
  std::atomic<size_t>* bytes;
  size_t size;
};

void FreeFrame(void* buffer, void* data) {
  auto* const waiting = static_cast<Waiting*>(data);
  *waiting->bytes -= waiting->size;
  delete waiting;
  delete[] static_cast<char*>(buffer);
}

}  // namespace

struct FrameWriter::Stream {
  explicit Stream(std::string file_path, int fd) : path(std::move(file_path)), file(fd) {}
  ~Stream() { fstrm_iothr_destroy(&thread); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  const std::string path;
  File file;
  std::atomic<size_t> waiting_bytes{0};
  fstrm_iothr* thread = nullptr;
  fstrm_iothr_queue* queue = nullptr;
};

FrameWriter::FrameWriter(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}
FrameWriter::~FrameWriter() = default;

absl::StatusOr<std::unique_ptr<FrameWriter>> FrameWriter::Create(const std::string& path) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, kMode);
  if (fd < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot write ", path, ": ", std::strerror(errno)));
  }
  auto stream = std::make_unique<Stream>(path, fd);
  fstrm_writer_options* writing = fstrm_writer_options_init();
  fstrm_writer_options_add_content_type(writing, kContentType.data(), kContentType.size());
  fstrm_rdwr* wrapped = Wrap(&stream->file, Way::kWrite);
  fstrm_writer* writer = fstrm_writer_init(writing, &wrapped);
  fstrm_writer_options_destroy(&writing);
  fstrm_iothr_options* options = fstrm_iothr_options_init();
  fstrm_iothr_options_set_queue_model(options, FSTRM_IOTHR_QUEUE_MODEL_MPSC);
  fstrm_iothr_options_set_num_input_queues(options, 1);
  fstrm_iothr_options_set_input_queue_size(options, kMaxWaitingFrames);
  stream->thread = fstrm_iothr_init(options, &writer);
  fstrm_iothr_options_destroy(&options);
  if (stream->thread != nullptr) stream->queue = fstrm_iothr_get_input_queue(stream->thread);
  if (stream->queue == nullptr) {
    fstrm_writer_destroy(&writer);
    return absl::DataLossError(absl::StrCat("cannot start a thread that writes ", path));
  }
  return std::unique_ptr<FrameWriter>(new FrameWriter(std::move(stream)));
}

void FrameWriter::Submit(const std::string& frame) {
  const size_t size = frame.size();
  if (stream_->waiting_bytes.fetch_add(size) + size > kMaxWaitingBytes) {
    stream_->waiting_bytes -= size;
    ++dropped_;
    return;
  }
  auto* const buffer = new char[size];
  std::copy(frame.begin(), frame.end(), buffer);
  auto* const waiting = new Waiting{&stream_->waiting_bytes, size};
  const fstrm_res taken =
      fstrm_iothr_submit(stream_->thread, stream_->queue, buffer, size, FreeFrame, waiting);
  if (taken == fstrm_res_success) return;
  ++dropped_;
  FreeFrame(buffer, waiting);
}

absl::Status FrameWriter::Finish() {
  fstrm_iothr_destroy(&stream_->thread);  // Writes all that waits.
  const int error = stream_->file.error;
  if (error == 0) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("cannot write ", stream_->path, ": ", std::strerror(error)));
}

absl::Status ReadFrames(const std::string& path, absl::FunctionRef<void(const Frame&)> visit) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot read ", path, ": ", std::strerror(errno)));
  }
  File file(fd);
  fstrm_rdwr* wrapped = Wrap(&file, Way::kRead);
  fstrm_reader_options* options = fstrm_reader_options_init();
  fstrm_reader_options_add_content_type(options, kContentType.data(), kContentType.size());
  fstrm_reader* reader = fstrm_reader_init(options, &wrapped);
  fstrm_reader_options_destroy(&options);
  absl::Status status;
  if (fstrm_reader_open(reader) != fstrm_res_success) {
    status = absl::InvalidArgumentError(absl::StrCat(path, " holds no dnstap frames"));
  }
  while (status.ok()) {
    const uint8_t* bytes = nullptr;
    size_t size = 0;
    const fstrm_res result = fstrm_reader_read(reader, &bytes, &size);
    if (result == fstrm_res_stop) break;
    if (result != fstrm_res_success) {
      status = absl::DataLossError(absl::StrCat(path, " breaks off", file.error != 0 ? ": " : "",
                                                file.error != 0 ? std::strerror(file.error) : ""));
      break;
    }
    if (const auto frame = DecodeFrame({bytes, size})) visit(*frame);
  }
  fstrm_reader_destroy(&reader);
  return status;
}

}  // namespace caascan::dnstap
