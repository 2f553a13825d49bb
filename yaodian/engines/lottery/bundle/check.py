"""核对一次抽签：在公布的文件夹里运行 python3 check.py [抽签前抄下的承诺哈希]。核对名单、规则、来源晚于承诺、见证人、值的写法、种子、顺序、录取行数；
不核对公布的值是否属实、承诺是否早已公布（请给出抄下的哈希）、drand 的签名；check.html 核对得更细。规则见 rule.txt。
Checks a draw, in the published folder: list, rule, that sources came after the promise, witnesses, form of the values, seed, order,
places; not whether the values are true or the promise was published before (give the hash you noted). check.html checks more."""
import datetime, decimal, hashlib, hmac, json, pathlib, sys
files = {path.name: path.read_bytes() for path in pathlib.Path(__file__).resolve().parent.iterdir() if path.suffix in (".txt", ".json")}
sha, steps, moment = {name: hashlib.sha256(files[name]).hexdigest() for name in files}, [], datetime.datetime.fromisoformat

def say(holds, words):
    steps.append(bool(holds))
    print("对 OK   " if holds else "错 WRONG", words)

def canonical(source, value):  # 每个值只有一种写法 the one way to write a value
    if source["kind"] != "welfare":  # 没有负数和 NaN no minus, no NaN
        return (bytes.fromhex(value[:64]).hex() if source["kind"] == "drand" else f"{decimal.Decimal(value[:-1].strip('-NI')):.{source['decimals']}f}") + "/"
    groups = [[int(one) for one in part.split(".")[:-1]] for part in value.split("/")[:-1]]
    groups = [sorted(set(one)) if rule["sorted"] else one for one, rule in zip(groups, source["numbers"])]
    fits = [[rule["least"] <= one <= rule["most"] for one in group] == [True] * rule["count"] for group, rule in zip(groups, source["numbers"])]
    return all(fits) and len(fits) == len(source["numbers"]) and "".join("".join(f"{one}." for one in group) + "/" for group in groups)

def told(source, given, round_id):  # 种子文本里的几行 the source's lines of the transcript
    say(given["source"] == source["id"], f"来源 source {source['id']}")
    if source["kind"] != "witnesses":
        say("missing" in given or given["value"] == canonical(source, given["value"]), f"值的写法 form of the value: {given}")
        return [source["id"] + " " + ("missing" if "missing" in given else given["value"])]
    lines, rows = [], list(zip(source["witnesses"], given["witnesses"]))
    say(len({one["name"] for one, _ in rows}) >= 3 and len(source["witnesses"]) == len(given["witnesses"]), "三名以上 three witnesses")
    for number, (one, reply) in enumerate(rows, 1):
        slip = ["yaodian-lottery-witness/1", round_id, one["name"], reply.get("salt", ""), reply.get("value", ""), ""]
        is_kept = "".join(slip[3:]).encode("ascii").isalnum() and hashlib.sha256("\n".join(slip).encode()).hexdigest() == one["commitment"]
        say(reply["name"] == one["name"] and ("missing" in reply or is_kept), f"与事先交出的相符 as handed in: {reply}")
        lines.append(f"{source['id']}#{number} " + ("missing" if "missing" in reply else reply["value"] + "/"))
    return lines

def check(noted):
    promise, reveals, record = (json.loads(files[f"{name}.json"]) for name in ("promise", "reveals", "record"))
    hashes = [None, *(sha[f"promise-{number}.json"] for number in range(1, promise["attempt"])), sha["promise.json"]]
    say(set(map(str.lower, noted)) <= set(hashes) and (promise["previous"] or {}).get("promise") == hashes[-2], f"承诺 promise {hashes[-1]}")
    lines, values, text = files["list.txt"].decode("ascii").split("\n")[1:-1], iter(reveals["values"]), []
    plain = {one for line in lines for one in line.split("+") if one == one.upper() and one.replace("-", "0").isalnum()}
    whole = "\n".join([f"yaodian-lottery-list/1 {promise['round']}", *sorted(set(lines)), ""]).encode()
    say(sha["list.txt"] == promise["list"] and files["list.txt"] == whole and len(plain) == sum(line.count("+") + 1 for line in lines), f"名单 list: {len(lines)}")
    say(sha["rule.txt"] == promise["rule"]["sha256"] == "5c4976e4842515941526f3535b6d15012f0ca9518b53ba9348bf4ea3486753ae", "规则 rule")
    say({"witnesses"} < {one["kind"] for one in promise["sources"]} | {"witnesses"} and promise["sources"][1:], "有外部来源 from outside")
    for source, after in ((one, promise["promised_at"]) for one in promise["sources"]):
        while source != "void":  # 没有缺失就不用替补 no substitute unless something is missing
            say(moment(after) < moment(source["known_at"]) <= moment(record["drawn_at"]), f"{source['id']} 在承诺后揭晓 known after the promise")
            text += (some := told(source, next(values), promise["round"]))
            after, source = source["known_at"], source["fallback"] if any(one.endswith(" missing") for one in some) else "void"
    say(not [*values] and files["transcript.txt"].decode() == "\n".join(["yaodian-lottery-seed/1", f"promise {hashes[-1]}", *text, ""]), f"种子 seed {sha['transcript.txt']}")
    order = sorted(lines, key=lambda one: (hmac.new(bytes.fromhex(sha["transcript.txt"]), one.encode(), "sha256").digest(), one))
    rows = [f"yaodian-lottery-result/1 {promise['round']}", *(f"{place} {line}" for place, line in enumerate(order, 1)), ""]
    say(files["result.txt"].decode().split("\n") == rows, f"顺序 order: {', '.join(rows[1:4])} …")
    say(record["winners"] == len(set([line for line in order for _ in line.split("+")][: promise["places"]])), f"录取行数 lines with a place: {record['winners']}")
    say(len(record["files"]) == len(hashes) + 4 and {**sha, **record["files"]} == sha, "各文件与记录相符 the files are those of the record")
try:
    check(sys.argv[1:])
except Exception as fault:
    say(False, f"缺少文件或写法不对 a file is missing or malformed: {fault!r}")
sys.exit(not all(steps))
