#include "scanner/input/url_text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "scanner/input/idna.h"

namespace caascan::input {
namespace {

struct Row {
  const char* what;
  std::string_view text;
  std::string_view host;  // Empty: none is found.
};

TEST(FindUrlHostTest, UrlsWithAScheme) {
  const Row rows[] = {
      {"a path", "https://www.example.com/a/b", "www.example.com"},
      {"nothing behind", "https://www.example.com", "www.example.com"},
      {"a port", "http://www.example.com:8080/", "www.example.com"},
      {"an empty port (RFC 3986 §3.2.3)", "http://www.example.com:/", "www.example.com"},
      {"a query", "https://www.example.com?a=b.example/", "www.example.com"},
      {"a fragment", "https://www.example.com#b.example", "www.example.com"},
      {"a backslash, as browsers read it", "https://a.example\\@b.example/", "a.example"},
      {"userinfo", "https://user:secret@www.example.com/", "www.example.com"},
      {"a name as userinfo", "https://good.example@www.example.com/", "www.example.com"},
      {"two @", "https://a@b@www.example.com/", "www.example.com"},
      {"an @ in the path", "https://www.example.com/@user", "www.example.com"},
      {"a colon in the path", "https://www.example.com/a:b", "www.example.com"},
      {"a blank in the path", "https://www.example.com/a b", "www.example.com"},
      {"upper case", "HTTPS://WWW.Example.COM/", "WWW.Example.COM"},
      {"a final dot", "https://www.example.com./", "www.example.com."},
      {"another scheme", "git+ssh://www.example.com/x", "www.example.com"},
      {"no scheme in front of //", "//www.example.com/x", "www.example.com"},
      {"a single label", "https://localhost/", "localhost"},
      {"a wildcard, as lists of scopes have it", "https://*.example.com/", "*.example.com"},
      {"an address", "https://192.0.2.1/", "192.0.2.1"},
      {"percent encodings", "https://b%C3%BCcher.ex%61mple/",
       "b\xC3\xBC"
       "cher.example"},
      {"an encoded slash", "https://a%2Fb.example/", "a/b.example"},
      {"half an encoding", "https://a%2/", "a%2"},
      {"an international name",
       "https://b\xC3\xBC"
       "cher.example/",
       "b\xC3\xBC"
       "cher.example"},
      {"no host", "file:///etc/passwd", ""},
      {"userinfo alone", "https://user@/x", ""},
      {"a port that is no number", "https://www.example.com:https/", ""},
      {"a port too great", "https://www.example.com:65536/", ""},
      {"a port of six digits", "https://www.example.com:000443/", ""},
      {"a blank in the host", "https://www. example.com/", ""},
      {"no bracket closes", "https://[2001:db8::1/", ""},
      {"junk behind the bracket", "https://[2001:db8::1]x/", ""},
  };
  for (const Row& row : rows) {
    std::string memory;
    const UrlHost got = FindUrlHost(row.text, &memory);
    EXPECT_EQ(got.host, row.host) << row.what;
    EXPECT_EQ(got.found, !row.host.empty()) << row.what;
    EXPECT_FALSE(got.literal) << row.what;
  }
}

TEST(FindUrlHostTest, WithoutAScheme) {
  const Row rows[] = {
      {"a port", "www.example.com:443", "www.example.com"},
      {"a path", "www.example.com/index.html", "www.example.com"},
      {"a query", "www.example.com?x", "www.example.com"},
      {"a final slash", "example.com/", "example.com"},
      {"a mail address", "user@example.com", "example.com"},
      {"mailto", "MailTo:user@example.com?subject=x", "example.com"},
      {"a network", "192.0.2.0/24", "192.0.2.0"},
      {"a plain name", "www.example.com", ""},
      {"a plain label", "localhost", ""},
      {"a single label with a port", "localhost:443", ""},
      {"and/or", "and/or", ""},
      {"n/a", "n/a", ""},
      {"a date", "22/11/2026", ""},
      {"an account of another service", "@example.com", ""},
      {"words", "a sentence with a@b.example", ""},
      {"an escape of zone files", "www.example\\.com", ""},
      {"several ports", "example.com:1:2", "example.com:1"},
      {"nothing", "", ""},
      {"signs", "://", ""},
  };
  for (const Row& row : rows) {
    std::string memory;
    EXPECT_EQ(FindUrlHost(row.text, &memory).host, row.host) << row.what;
  }
}

TEST(FindUrlHostTest, Literals) {
  std::string memory;
  for (const char* text : {"https://[2001:db8::1]/", "[2001:db8::1]:443", "https://u@[::1]:1/x"}) {
    const UrlHost got = FindUrlHost(text, &memory);
    EXPECT_TRUE(got.found && got.literal) << text;
  }
}

TEST(ParseTypedNameOrUrlTest, TheHostIsTheName) {
  struct NameRow {
    const char* what;
    std::string_view typed;
    std::string_view name;  // Empty: none.
    bool wildcard;
    TypedNameError error;
  };
  using Error = TypedNameError;
  const NameRow rows[] = {
      {"a URL", "https://WWW.Example.com:443/x?y#z", "www.example.com", false, Error::kNone},
      {"a URL with a final dot", "https://example.com./", "example.com", false, Error::kNone},
      {"encoded", "https://b%C3%BCcher.example/", "xn--bcher-kva.example", false, Error::kNone},
      {"a wildcard", "https://*.example.com", "example.com", true, Error::kNone},
      {"a host with a port", "example.com:443", "example.com", false, Error::kNone},
      {"a mail address", "user@example.com", "example.com", false, Error::kNone},
      {"an encoded slash", "https://a%2Fb.example/", "", false, Error::kBadCharacter},
      {"an address", "https://192.0.2.1:443/", "", false, Error::kIpAddress},
      {"a literal", "https://[2001:db8::1]/", "", false, Error::kIpAddress},
      {"a network", "2001:db8::/32", "", false, Error::kIpAddress},
      {"no URL", "not a name", "", false, Error::kBadCharacter},
      {"the root", ".", "", false, Error::kRoot},
      {"a port on a port", "example.com:1:2", "", false, Error::kBadCharacter},
  };
  for (const NameRow& row : rows) {
    const TypedName got = ParseTypedNameOrUrl(row.typed);
    EXPECT_EQ(got.error, row.error) << row.what;
    EXPECT_EQ(got.name.view().is_root() ? "" : got.name.view().ToText(), row.name) << row.what;
    EXPECT_EQ(got.wildcard, row.wildcard) << row.what;
    EXPECT_FALSE(got.verbatim) << row.what;
  }
  EXPECT_TRUE(ParseTypedNameOrUrl("www.example.com").verbatim) << "a plain name stays as it is";
}

}  // namespace
}  // namespace caascan::input
