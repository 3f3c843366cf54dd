// Lists, tables, code and other blocks that answers are made of.

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

export const lists = [
	"- milk\n- bread\n- **six** eggs\n- *optional:* butter",
	"- The client opens a socket.\n- The server sends `chat:joined` with:\n  - the members\n  - the last **50** messages\n    - newest last\n  - a cursor\n- From then on, only changes are sent.",
	"1. Install the package: `npm install parley`\n2. Add the key to `.dev.vars`\n3. Run **`npm run dev`**\n4. Open http://localhost:8787/ in a browser",
	"1. Install it:\n\n   ```sh\n   npm ci\n   npm run dev\n   ```\n\n2. Check that it runs:\n\n   ```sh\n   curl -s http://localhost:8787/healthz\n   ```\n\n3. Done. If it does not, see *Troubleshooting*.",
	"1. First, measure.\n\n2. Then **change one thing**.\n\n3. Measure again, and compare with `bench --against main`.\n\n10. Only the last step may be skipped.",
	"- [x] read the log\n- [x] reproduce it with `[a]`\n- [ ] write a **test**\n- [ ] mend it",
	"* Vorteile\n  * schnell\n  * gut dokumentiert\n* Nachteile\n  * nur *ein* Anbieter",
	"+ one\n+ two with a second paragraph:\n\n  Here it is, with a [link](https://a.example/b).\n\n+ three",
	"- 第一步：**备份**数据。\n- 第二步：运行迁移脚本 `migrate.sh`。\n- 第三步：检查结果。",
	"- أولًا: **احفظ** نسخة احتياطية.\n- ثانيًا: شغّل الأمر `migrate`.\n- أخيرًا: تحقّق من النتيجة.",
	"Ingredients:\n- 500 g flour\n- 300 ml water\n- 2 tsp salt\nMix everything\nand wait.",
	"* **Latency**: 12 ms at p50, 90 ms at p99\n* **Cost**: $0.02 per 1,000 requests\n* **Lock-in**: *some*; see [pricing](https://a.example/pricing_(eu))",
	`${numbers(30)
		.map((n) => `- **Point ${n}**: use \`option_${n}\` for *case ${n}*, unless [rule ${n}](https://a.example/rules/${n}) says otherwise.`)
		.join("\n")}`,
	`${numbers(12)
		.map((n) => `${n}. Question ${n}: is \`x_${n} * ${n}\` larger than **${n * 7}**?`)
		.join("\n")}`,
	"- **API**\n\n  `GET /rows` returns rows.\n\n- **Limits**\n\n  At most 100.\n\n- **Errors**\n\n  | code | why |\n  |---|---|\n  | 429 | too **fast** |",
	"A) first\nB) second\n\n1) numbered\n2) with parentheses",
	"- a\n- b\n\n---\n\n- c after a rule",
];

export const tables = [
	"| Option | Cost | Verdict |\n|:-------|-----:|:-------:|\n| `memory` | $0 | **fast** |\n| `sqlite` | $0.20 | *durable* |\n| both | $0.20 | [see below](https://a.example/both) |",
	"| Befehl | Wirkung |\n|---|---|\n| `ls \\| wc -l` | zählt Dateien |\n| `rm -rf *` | **löscht alles** |",
	"| 名称 | 说明 |\n|---|---|\n| `id` | 主键 |\n| `ts` | 时间戳 |",
	"| a | b |\n|---|---|\n| one<br>two | 2 |\n| | empty first |\n| 3 |",
	`| # | name | state |\n|---|---|---|\n${numbers(25)
		.map((n) => `| ${n} | **job_${n}** | ${n % 3 ? "`done`" : "*waiting*"} |`)
		.join("\n")}`,
	"The two compared:\n| | before | after |\n|---|---|---|\n| p50 | 40 ms | **12 ms** |\n| p99 | 900 ms | 90 ms |\n\nThat is a *factor* of ten.",
];

export const code = [
	"```ts\nexport async function read(cursor: string): Promise<Page> {\n\tconst rows = await store.after(cursor, { limit: 50 });\n\t// **not bold**, _not emphasis_\n\treturn rows.map((row) => row.id);\n}\n```",
	'```python\ndef __init__(self, *args, **kwargs):\n    """Doc with a `tick`."""\n    self._x = args[0] * 2 ** 3\n```',
	"```\nplain block\n\n# no heading\n| no | table |\n- no list\n```",
	"~~~yaml\non:\n  push: [main]\n~~~",
	"````md\n```js\nnested()\n```\n````",
	"    indented code\n    *stays* as it is",
	"```diff\n- old line\n+ new line\n```",
	"```sql\nSELECT id, count(*) FROM rows\nWHERE name LIKE '%_x%'\nGROUP BY id;\n```",
	'```sh\nfor f in *.md; do wc -l "$f"; done\n```',
];

export const others = [
	"---",
	"***",
	"<details>\n<summary>More</summary>\n\nHidden **text**.\n\n</details>",
	"<!-- a comment -->",
	"[^1]: See the changelog of version 3.",
	"[Anna]: hello everybody\n[Bob]: hi",
	"$$\n\\int_0^1 x^2 \\, dx = \\frac{1}{3}\n$$",
	"\\[\n\\begin{aligned}\n(a + b)^2 &= a^2 \\\\\n+ 2ab &+ b^2\n\\end{aligned}\n\\]",
	"We get\n$$\na_1\n- b_2\n= c\n$$\nand so on, for each $c$.",
	"> $$\n> \\|x\\| \\le 1\n> $$\n> holds.",
	"1. First:\n\n   $$\n   f(x) = *x*\n   $$,\n\n2. then \\[ g = f^{-1} \\].\n3. Done, for $5.",
	"| formula | costs |\n|---|---|\n| $a_1 * b$ | $5 |\n| \\(c\\) | $6 or $7 |\n| $$d^2$$ | 8$ |",
];

/** A text and the definitions of links or footnotes that it refers to, which stand at the end of an answer. */
export const references = [
	[
		"The [first paper][1] introduced the idea, and [a later one][smith] measured it.",
		'[1]: https://papers.example/10.1000/1\n[smith]: https://papers.example/smith "Smith 2021"',
	],
	[
		"As described in [the guide][guide] and the **[reference][ref]**, this is safe.",
		"[guide]: https://docs.example/guide\n\n[ref]: <https://docs.example/reference>",
	],
	[
		"The cache was twice as fast.[^1] Others found less[^smith], *but only on old disks*[^1] [^2].",
		"[^1]: Measured on one machine, see [the log](https://a.example/log_1).\n[^smith]: Smith 2021, p. 4.\n[^2]: Spinning ones.",
	],
	[
		"- **Paris** has 2.1 million people[^paris]\n- Lyon has fewer[^lyon]\n\n| place | area |\n|---|---|\n| Paris | 105 km²[^paris] |",
		"[^paris]: Counted in 2021.\n\n    Without its suburbs:\n\n    - `Île-de-France` has **12 million**.\n\n[^lyon]:\n    Counted in 2020.",
	],
	[
		"> The court decided otherwise.[^1] [^2]\n\nWhoever matches `[^abc]` means anything else, and [^0-9] no digit. Nobody wrote this one: [^3]",
		"[^1]: In *A v. B*.[^2]\n[^2]: See also\nthe dissent.\n\n[^9]: This one is not needed.",
	],
] as const;

export const closings = [
	"Would you like me to show the *second* option in more detail?",
	"Sag Bescheid, wenn du ein Beispiel für **PostgreSQL** brauchst.",
	"如果还有问题，请告诉我。",
	"هل تريد مثالًا آخر؟",
	"**In short:** measure first, then change `one_thing` at a time.",
	"Let me know how it goes!",
	"*All prices are estimates*, as of Nov 2026.",
];
