#include "scanner/dns/cursor.h"

#include <array>

#include <gtest/gtest.h>

namespace caascan::dns {
namespace {

constexpr std::array<uint8_t, 7> kBytes = {1, 2, 3, 4, 5, 6, 7};

TEST(CursorTest, ReadsBigEndianFields) {
  Cursor cursor(kBytes);
  EXPECT_EQ(cursor.ReadU8(), 1);
  EXPECT_EQ(cursor.ReadU16(), 0x0203);
  EXPECT_EQ(cursor.ReadU32(), 0x04050607u);
  EXPECT_TRUE(cursor.ok());
  EXPECT_TRUE(cursor.AtEnd());
  EXPECT_EQ(cursor.remaining(), 0u);
}

TEST(CursorTest, ReadsAllBitsOfAField) {
  constexpr std::array<uint8_t, 4> kOnes = {0xff, 0xff, 0xff, 0xff};
  EXPECT_EQ(Cursor(kOnes).ReadU16(), 0xffff);
  EXPECT_EQ(Cursor(kOnes).ReadU32(), 0xffffffffu);
}

/// Whatever is read with too little left: zero, no movement, and the error stays for good.
TEST(CursorTest, FailsForGoodAndDoesNotMove) {
  for (size_t left = 0; left < 4; ++left) {
    SCOPED_TRACE(left);
    Cursor cursor(kBytes, kBytes.size() - left);
    EXPECT_EQ(cursor.ReadU32(), 0u);
    EXPECT_FALSE(cursor.ok());
    EXPECT_EQ(cursor.position(), kBytes.size() - left);
    EXPECT_EQ(cursor.ReadU8(), 0) << "a later read that would fit";
    EXPECT_EQ(cursor.ReadU16(), 0);
    EXPECT_TRUE(cursor.ReadBytes(1).empty());
    cursor.Skip(1);
    EXPECT_EQ(cursor.position(), kBytes.size() - left);
  }
}

TEST(CursorTest, RefusesSpansAndSkipsBeyondTheEnd) {
  Cursor bytes(kBytes);
  EXPECT_TRUE(bytes.ReadBytes(8).empty());
  EXPECT_FALSE(bytes.ok());
  Cursor skip(kBytes);
  skip.Skip(SIZE_MAX);
  EXPECT_FALSE(skip.ok());
  EXPECT_EQ(skip.position(), 0u);
}

TEST(CursorTest, TakesSpansUpToTheEnd) {
  Cursor cursor(kBytes, 2);
  EXPECT_EQ(cursor.ReadBytes(0).size(), 0u);
  const auto span = cursor.ReadBytes(5);
  ASSERT_EQ(span.size(), 5u);
  EXPECT_EQ(span[0], 3);
  EXPECT_TRUE(cursor.ok());
  EXPECT_TRUE(cursor.AtEnd());
}

TEST(CursorTest, StartsBeyondTheEndAsFailed) {
  Cursor at_end(kBytes, 7);
  EXPECT_TRUE(at_end.ok());
  Cursor beyond(kBytes, 8);
  EXPECT_FALSE(beyond.ok());
  EXPECT_EQ(beyond.remaining(), 0u);
  Cursor empty(std::span<const uint8_t>{});
  EXPECT_TRUE(empty.ok());
  EXPECT_EQ(empty.ReadU8(), 0);
  EXPECT_FALSE(empty.ok());
}

}  // namespace
}  // namespace caascan::dns
