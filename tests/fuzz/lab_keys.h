// Made by make_dnssec_corpus.py. The keys of the lab that signed the corpora, and its time then.
#pragma once

#include <cstdint>

namespace caascan::dnssec {

constexpr uint32_t kLabNow = 1795350029;
constexpr char kLabRsaDnskey[] =
    "0101030803010001b8d1ef4716ece8fa78d5e95fc83c62a7f8da1669a9f5ebca5b529c0ae7185293fd788f6577bb48"
    "16"
    "469d88a3786eb865839c946d81bf7a604dfa4af1f0603a97502387a53ce32da6f6aa66b7b57b617624afc5c190475d"
    "f9"
    "065483a892bfba374f981bbacdc69ffc73fc43b03911f5fe6d774260346e502bf9e24a2fa5806a39fc5d2a47f1f062"
    "17"
    "e6ab117c2a85772284dec8d41bb605bb69e43c790376fe981053348bf66f64ded6341a342c5ef36fe87b51ef0db39f"
    "2c"
    "df29c422ab26b9e36d3c86bc1ee3df6412ab68796eae824874a22a5327cd806848541ffdaec8ac002e024b2b94627e"
    "66"
    "123377c3ec7ea944159ed55b8c83c1cbc7cdc975b508601b";
constexpr char kLabEcdsaDnskey[] =
    "0101030d01493b8c08425ce95cd5c4f7c2256ba9c93acff70dc42c73602b264db656164d3a3a986c81293885b8417b"
    "64"
    "6904e4137ef7ac278795f213741265c3fa718345";
constexpr char kLabEd25519Dnskey[] =
    "0101030fe39a20b8f560ce119330dc5cb05b6858c667e66afb7fb9941b52d591798d370c";
constexpr char kLabRootDs[] =
    "a57a0802b616d24cbb8802017ce9f71eab4d27e5347ad703b5ec09020d0506f4452c0429";

}  // namespace caascan::dnssec
