#include "scanner/async/list.h"

#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace caascan::async {
namespace {

struct FirstTag {};
struct SecondTag {};

struct Item : ListNode<FirstTag>, ListNode<SecondTag> {
  explicit Item(char l) : letter(l) {}
  const char letter;
};

static_assert(!std::is_copy_constructible_v<ListNode<FirstTag>>);
static_assert(!std::is_copy_assignable_v<ListNode<FirstTag>>);
static_assert(!std::is_copy_constructible_v<List<Item, FirstTag>>);

template <typename Tag>
std::string Drain(List<Item, Tag>* list) {
  std::string letters;
  while (Item* item = list->PopFront()) letters += item->letter;
  return letters;
}

class ListTest : public testing::Test {
 protected:
  Item a_{'a'};
  Item b_{'b'};
  Item c_{'c'};
  List<Item, FirstTag> list_;
};

TEST_F(ListTest, IsEmptyAtFirst) {
  EXPECT_TRUE(list_.empty());
  EXPECT_EQ(list_.front(), nullptr);
  EXPECT_EQ(list_.PopFront(), nullptr);
  EXPECT_FALSE(a_.async::ListNode<FirstTag>::linked());
}

TEST_F(ListTest, IsFirstInFirstOut) {
  list_.PushBack(&a_);
  list_.PushBack(&b_);
  list_.PushBack(&c_);
  EXPECT_EQ(list_.front(), &a_);
  EXPECT_EQ(Drain(&list_), "abc");
  EXPECT_TRUE(list_.empty());
}

TEST_F(ListTest, IsWalkedFromFrontToBack) {
  list_.PushBack(&a_);
  list_.PushBack(&b_);
  EXPECT_EQ(list_.Next(list_.front()), &b_);
  EXPECT_EQ(list_.Next(&b_), nullptr);
  EXPECT_EQ(Drain(&list_), "ab");
}

TEST_F(ListTest, PushesInFront) {
  list_.PushBack(&b_);
  list_.PushFront(&a_);
  list_.PushBack(&c_);
  EXPECT_EQ(Drain(&list_), "abc");
}

TEST_F(ListTest, UnlinksAtEitherEndAndInTheMiddle) {
  for (Item* gone : {&a_, &b_, &c_}) {
    for (Item* item : {&a_, &b_, &c_}) list_.PushBack(item);
    gone->async::ListNode<FirstTag>::Unlink();
    EXPECT_FALSE(gone->async::ListNode<FirstTag>::linked());
    std::string left = "abc";
    left.erase(left.find(gone->letter), 1);
    EXPECT_EQ(Drain(&list_), left);
  }
}

TEST_F(ListTest, UnlinkingTwiceIsHarmless) {
  list_.PushBack(&a_);
  a_.async::ListNode<FirstTag>::Unlink();
  a_.async::ListNode<FirstTag>::Unlink();
  EXPECT_TRUE(list_.empty());
}

TEST_F(ListTest, AnUnlinkedItemCanComeAgain) {
  list_.PushBack(&a_);
  list_.PushBack(&b_);
  a_.async::ListNode<FirstTag>::Unlink();
  list_.PushBack(&a_);
  EXPECT_EQ(Drain(&list_), "ba");
}

TEST_F(ListTest, AnItemIsInListsOfSeveralKindsAtOnce) {
  List<Item, SecondTag> other;
  for (Item* item : {&a_, &b_, &c_}) list_.PushBack(item);
  for (Item* item : {&c_, &b_, &a_}) other.PushBack(item);
  b_.async::ListNode<FirstTag>::Unlink();
  EXPECT_EQ(Drain(&list_), "ac");
  EXPECT_EQ(Drain(&other), "cba");
}

TEST_F(ListTest, TakesAllOfAnotherBehindItsOwn) {
  List<Item, FirstTag> other;
  list_.PushBack(&a_);
  other.PushBack(&b_);
  other.PushBack(&c_);
  list_.TakeAll(&other);
  EXPECT_TRUE(other.empty());
  EXPECT_EQ(Drain(&list_), "abc");
}

}  // namespace
}  // namespace caascan::async
