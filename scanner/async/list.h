// An intrusive doubly-linked list: membership without allocation, removal in one step from the
// middle.
#pragma once

#include <cassert>

namespace caascan::async {

/// Base of what can be in a List. In one list at a time; must leave it before it is destroyed. Not
/// copyable. `Tag` lets a class be in several lists of different kinds.
template <typename Tag>
class ListNode {
 public:
  ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;
  ~ListNode() { assert(!linked() && "still in a list"); }

  bool linked() const { return next_ != nullptr; }
  void Unlink() {
    if (!linked()) return;
    prev_->next_ = next_;
    next_->prev_ = prev_;
    next_ = prev_ = nullptr;
  }

 private:
  // A list and the links in its items are one structure: nothing else may set the links.
  template <typename T, typename U>
  friend class List;
  ListNode* next_ = nullptr;
  ListNode* prev_ = nullptr;
};

/// First in, first out. Owns nothing. T derives from ListNode<Tag>.
template <typename T, typename Tag>
class List {
 public:
  List() { Reset(); }
  List(const List&) = delete;
  List& operator=(const List&) = delete;
  ~List() {
    assert(empty() && "a list ends empty");
    head_.next_ = head_.prev_ = nullptr;
  }

  bool empty() const { return head_.next_ == &head_; }
  void PushBack(T* item) {
    ListNode<Tag>* node = item;
    assert(!node->linked() && "in one list at a time");
    node->prev_ = head_.prev_;
    node->next_ = &head_;
    head_.prev_->next_ = node;
    head_.prev_ = node;
  }
  void PushFront(T* item) {
    ListNode<Tag>* node = item;
    assert(!node->linked() && "in one list at a time");
    node->prev_ = &head_;
    node->next_ = head_.next_;
    head_.next_->prev_ = node;
    head_.next_ = node;
  }
  /// nullptr where empty.
  T* front() const { return empty() ? nullptr : static_cast<T*>(head_.next_); }
  /// What stands behind `item`, which is in this list; nullptr for the last one.
  T* Next(T* item) const {
    ListNode<Tag>* next = static_cast<ListNode<Tag>*>(item)->next_;
    return next == &head_ ? nullptr : static_cast<T*>(next);
  }
  T* PopFront() {
    T* item = front();
    if (item != nullptr) static_cast<ListNode<Tag>*>(item)->Unlink();
    return item;
  }
  /// Moves everything of `other` behind what is here.
  void TakeAll(List* other) {
    while (T* item = other->PopFront()) PushBack(item);
  }

 private:
  void Reset() { head_.next_ = head_.prev_ = &head_; }
  ListNode<Tag> head_;
};

}  // namespace caascan::async
