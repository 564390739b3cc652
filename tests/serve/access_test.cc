#include "scanner/serve/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/temp_file.h"

namespace caascan::serve {
namespace {

TEST(ReadTokenTest, TheFirstLineCounts) {
  EXPECT_EQ(*ReadToken(io::TempFile(" s3cret \r\nmore\n").path()), "s3cret");
  EXPECT_EQ(*ReadToken(io::TempFile("no-line-feed").path()), "no-line-feed");
}

TEST(ReadTokenTest, WhatHoldsNoTokenIsAnError) {
  for (const char* text : {"", "\n", "  \nx\n", "two words\n", "\x01\n", "caf\xc3\xa9\n"}) {
    const io::TempFile file(text);
    EXPECT_THAT(std::string(ReadToken(file.path()).status().message()),
                testing::HasSubstr(file.path()))
        << text;
  }
  EXPECT_FALSE(ReadToken("/nowhere/token").ok());
}

TEST(ShowsTokenTest, BearerAndBasic) {
  struct Row {
    const char* name;
    const char* authorization;
    bool shows;
  };
  for (const Row& row :
       {Row{"bearer", "Bearer s3cret", true},
        Row{"the scheme's case is free", "bearer  s3cret", true},
        Row{"basic: any user", "Basic bWU6czNjcmV0", true},
        Row{"basic: no user", "Basic OnMzY3JldA==", true}, Row{"nothing", "", false},
        Row{"another token", "Bearer s3creT", false}, Row{"a beginning", "Bearer s3cre", false},
        Row{"more than it", "Bearer s3cret1", false}, Row{"the token alone", "s3cret", false},
        Row{"bearer without a token", "Bearer ", false},
        Row{"basic: as the user", "Basic czNjcmV0Og==", false},
        Row{"basic: no colon", "Basic czNjcmV0", false},
        Row{"basic: no Base64", "Basic ***", false}}) {
    EXPECT_EQ(ShowsToken(row.authorization, "s3cret"), row.shows) << row.name;
  }
  EXPECT_TRUE(ShowsToken("", "")) << "none is asked for";
}

}  // namespace
}  // namespace caascan::serve
