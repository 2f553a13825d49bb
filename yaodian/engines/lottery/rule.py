"""The rule of the draw, in the words that are published with every promise. Another wording is another version."""

from __future__ import annotations

import hashlib

RULE_ID = "yaodian-lottery-rule/1"

RULE_TEXT = """抽签规则 yaodian-lottery-rule/1

1. 名单 list.txt：第一行是“yaodian-lottery-list/1 轮次”，以下每行一个编号，按字节从小到大排列；一起抽的孩子写在一行，用 + 连接。
   只用 ASCII 字符，每行以 LF 结束。名单的 SHA-256 写进承诺。
2. 承诺 promise.json：在任何一个种子来源揭晓之前公布。写明名单的 SHA-256、本规则的 SHA-256、种子来源及其先后、揭晓时间、
   规范写法和缺失时的办法。JSON 的键按字母排序，缩进一个空格，每行以 LF 结束。
3. 来源的规范写法：号码去掉前导零，每个号码后加“.”，不分先后的一组从小到大排列，每组后加“/”；收盘价按公布的小数位数写，后加“/”；
   drand 的随机值写 64 位小写十六进制，后加“/”；见证人的数原样写，后加“/”。
4. 见证人事先交出 SHA-256（“yaodian-lottery-witness/1”、轮次、姓名、盐、数，各占一行，每行以 LF 结束）。没有按时揭晓的，记作 missing，
   并启用承诺里写明的替补来源；没有替补的，本次不抽。
5. 种子文本 transcript.txt：第一行“yaodian-lottery-seed/1”，第二行“promise 承诺的 SHA-256”，以下按承诺里的先后每个来源一行：
   “来源 值”，见证人为“来源#序号 值”。种子是这个文件的 SHA-256。
6. 顺序：每行编号的签值是 HMAC-SHA-256（密钥为种子的 32 个字节，内容为该行的字节）。按签值从小到大排列，相同的按编号的字节排列。
7. 录取：按顺序逐行录取，直到录取的孩子数达到名额；同一行的孩子一起录取，最后一行可以因此超出名额。名额为 0 的只排顺序。
8. 重抽：只有公布新的承诺才能重抽。新承诺写明是第几次、上一次承诺的 SHA-256 和理由；以前的承诺一并公布。

Rule of the draw yaodian-lottery-rule/1

1. List list.txt: first “yaodian-lottery-list/1 ROUND”, then a number a line, sorted by bytes; children drawn as one on one line, joined
   by +. ASCII, LF. Its SHA-256 stands in the promise.
2. Promise promise.json, published before any source of the seed is known: SHA-256 of the list and of this rule, the sources in order,
   when each becomes known, its canonical form, and what happens if it is missing. JSON with sorted keys, indented by one space, LF.
3. Canonical values: numbers without leading zeros, each followed by “.”, a set without order sorted upwards, each group followed
   by “/”; a closing value with the decimals as published, then “/”; drand's randomness as 64 small hexadecimal digits, then “/”; what a
   witness chose, as it is, then “/”.
4. Witnesses hand in beforehand SHA-256 of “yaodian-lottery-witness/1”, round, name, salt, value, a line each, LF. Who does not reveal
   in time is written as missing, and the substitute named in the promise is used; where there is none, nothing is drawn.
5. transcript.txt: “yaodian-lottery-seed/1”, “promise SHA-256”, then a line for each source in the promise's order: “source value”, of
   witnesses “source#number value”. The seed is the SHA-256 of this file.
6. Order: each line's key is HMAC-SHA-256 with the seed's 32 bytes as key and the line's bytes as message; lines by key, equal keys by line.
7. Places are given line by line until as many children as places are reached; a line is taken as a whole, so the last may go
   beyond. With 0 places there is only an order.
8. Nothing is drawn again without a new published promise, which says the how-manieth it is, the SHA-256 of the one before, and why; the
   earlier promises are published too.
"""

RULE_BYTES = RULE_TEXT.encode("utf-8")
RULE_SHA256 = hashlib.sha256(RULE_BYTES).hexdigest()
