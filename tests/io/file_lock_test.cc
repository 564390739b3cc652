#include "scanner/io/file_lock.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>

#include "tests/io/temp_file.h"

namespace caascan::io {
namespace {

using ::testing::HasSubstr;

TEST(FileLockTest, ASecondIsRefusedUntilTheFirstIsGone) {
  const TempFile file("text\n");
  {
    const auto first = FileLock::Take(file.path());
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_TRUE(IsInUse(file.path()));
    const absl::Status second = FileLock::Take(file.path()).status();
    EXPECT_TRUE(absl::IsInvalidArgument(second));
    EXPECT_THAT(std::string(second.message()), HasSubstr(file.path() + ": it is in use"));
  }
  EXPECT_FALSE(IsInUse(file.path()));
  EXPECT_TRUE(FileLock::Take(file.path()).ok());
  EXPECT_EQ(file.Read(), "text\n") << "nothing is changed";
}

TEST(FileLockTest, AProcessThatIsKilledHoldsNone) {
  const TempFile file;
  const pid_t child = fork();
  if (child == 0) {
    const auto lock = FileLock::Take(file.path());
    _exit(lock.ok() ? 0 : 1);  // Nothing is destroyed.
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(FileLock::Take(file.path()).ok());
}

TEST(FileLockTest, CreatesWhatIsMissingAndNamesWhatCannotBe) {
  const TempFile file;
  ASSERT_EQ(unlink(file.path().c_str()), 0);
  EXPECT_FALSE(IsInUse(file.path())) << "which does not create it";
  EXPECT_NE(access(file.path().c_str(), F_OK), 0);
  EXPECT_TRUE(FileLock::Take(file.path()).ok());
  EXPECT_EQ(file.Read(), "");
  const std::string below = file.path() + "/below";
  EXPECT_THAT(std::string(FileLock::Take(below).status().message()), HasSubstr(below));
}

TEST(FileLockTest, FollowsTheNameToAnotherFile) {
  const TempFile file("old\n");
  const TempFile other("new\n");
  const auto lock = FileLock::Take(file.path());
  ASSERT_TRUE(lock.ok());
  EXPECT_TRUE((*lock)->IsOf(file.path()));
  EXPECT_FALSE((*lock)->IsOf(other.path()));
  ASSERT_EQ(std::rename(other.path().c_str(), file.path().c_str()), 0);
  EXPECT_FALSE((*lock)->IsOf(file.path()));
  EXPECT_FALSE(IsInUse(file.path()));
  EXPECT_TRUE(FileLock::Take(file.path()).ok());
}

TEST(FileLockTest, DevicesAreNotLocked) {
  const auto first = FileLock::Take("/dev/null");
  const auto second = FileLock::Take("/dev/null");
  EXPECT_TRUE(first.ok());
  EXPECT_TRUE(second.ok());
}

/// While it lives, standard output is that file.
class StandardOutput {
 public:
  StandardOutput(const std::string& path, int flags) : saved_(dup(STDOUT_FILENO)) {
    const int fd = open(path.c_str(), O_WRONLY | flags);
    EXPECT_EQ(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
    close(fd);
  }
  ~StandardOutput() {
    dup2(saved_, STDOUT_FILENO);
    close(saved_);
  }
  StandardOutput(const StandardOutput&) = delete;
  StandardOutput& operator=(const StandardOutput&) = delete;

 private:
  const int saved_;
};

TEST(FileLockTest, StandardOutputIsLockedUnlessItAppends) {
  const TempFile file;
  bool in_use = false;
  bool appended = false;
  bool afterwards = false;
  bool refused = false;
  {
    const StandardOutput output(file.path(), 0);
    {
      const auto lock = FileLock::Take("-");
      in_use = lock.ok() && IsInUse(file.path());
      refused = !FileLock::Take(file.path()).ok();
    }
    afterwards = IsInUse(file.path());  // The shell would still have it open.
  }
  {
    const StandardOutput output(file.path(), O_APPEND);
    const auto lock = FileLock::Take("");
    appended = lock.ok() && IsInUse(file.path());
  }
  EXPECT_TRUE(in_use);
  EXPECT_TRUE(refused);
  EXPECT_FALSE(afterwards);
  EXPECT_FALSE(appended);
}

}  // namespace
}  // namespace caascan::io
