// Paragraphs, headings and quotes that answers are made of.

export const openings = [
	"Short answer: **yes**, but only if the cache is warm. The long answer needs a bit of background.",
	"Good question. There are *three* ways to do this, and they differ mainly in what happens when the connection drops.",
	"You can do this without a library. I would start with the smallest thing that works, measure it, and only then look at alternatives.",
	"I looked at the stack trace. The error comes from `src/store/rows.ts:42`, where `row.revision` is `undefined`.",
	"Das lässt sich in wenigen Schritten einrichten. Wichtig ist vor allem die **Reihenfolge**, denn sonst fehlt später der Schlüssel.",
	"Gerne! Hier ist eine Übersicht über die Möglichkeiten, jeweils mit Vor- und Nachteilen.",
	"这个问题可以分成**两部分**来看：首先是数据的存储方式，其次是读取时的一致性。",
	"يمكن حل هذه المشكلة بطريقتين: الأولى **بسيطة** وسريعة، والثانية أطول قليلًا ولكنها أكثر أمانًا.",
	"It depends on the size of the team. For fewer than ~10 people, a shared calendar is enough; beyond that you need a rota.",
	"Thanks for the details. Based on what you describe, I suspect the timeout (30 s by default) rather than the query itself.",
	"The recipe below serves 4–6 people and takes about 1½ hours, most of which is waiting.",
	"Here is a summary of the meeting notes, with the open points at the end.",
];

export const paragraphs = [
	"The important part is the *order* of the two writes. If the index is updated first, a crash in between leaves an entry that points nowhere; if the row is written first, the worst case is a row that cannot be found, and **a background job can repair that**.",
	"See [the documentation](https://docs.example/guide/streams?page=2#limits) for the exact limits, and [Stream (computing)](https://en.wikipedia.org/wiki/Stream_(computing)) for the general idea. The address https://en.wikipedia.org/wiki/Backpressure_(computing) is worth a look too.",
	"Set `MAX_RETRIES` to `3` and leave `retry_after_ms` alone. The names `snake_case`, `__init__` and `**kwargs` are only conventions, but snake_case_names and some_other_name are what most linters expect.",
	"In plain numbers: 2 * 3 = 6, 10 - 4 = 6, and 5 > 3. On a good day you get ~80 requests per second; on a bad one, less than 10 % of that & a lot of noise.",
	'Call `_private_method` only from tests. Outside of code, a name like _private_method first looks like emphasis, and so does the pattern "*.md" in a sentence such as this one.',
	"**Note:** the third option is *not* available on the free plan (as of 2026), so **_please_ check** first. ***Do not*** skip this step.",
	"She said: \"It isn't the *speed* that worries me, it's the **variance**.\" I agree — a p99 of 900 ms next to a median of 12 ms is hard to explain to anybody.",
	"Use `git rebase --onto main feature~3 feature` to move the last three commits. If it stops, fix the conflict, then run `git rebase --continue`; ``git log --format=`%h` `` shows where you are.",
	"Die Datei heißt `konfiguration.yaml` und liegt unter `~/.config/`. Falls sie fehlt, wird sie beim **ersten Start** angelegt; ältere Versionen (vor 2.4) lesen stattdessen `settings.ini`.",
	"Beachten Sie, dass *Umlaute* in Dateinamen auf manchen Systemen zerlegt gespeichert werden. Ein Vergleich von „Übung.txt“ mit „Übung.txt“ kann deshalb **fehlschlagen**.",
	"如果只需要读取最近的记录，使用索引就足够了；但如果要按**时间范围**查询，就应该建立一个*复合索引*，并定期检查 `EXPLAIN` 的结果。",
	"请参阅[官方文档](https://docs.example/zh/indexes)，其中说明了所有限制。注意：默认超时为 30 秒。",
	"للاطلاع على التفاصيل، راجع [صفحة المساعدة](https://docs.example/ar/help). يُنصح باستخدام الإصدار `4.2` أو أحدث، لأن الإصدارات السابقة **لا تدعم** هذه الميزة.",
	"The sum is $\\sum_{i=1}^{n} x_i = n \\cdot \\bar{x}$, and the variance follows from $\\sigma^2 = \\frac{1}{n} \\sum_i (x_i - \\bar{x})^2$. With $n = 5$ and $x_1 = 2$ this gives $\\sigma \\approx 1.4$.",
	"\\[ E = mc^2 \\] holds for a body at rest. In motion, use \\(E^2 = (pc)^2 + (mc^2)^2\\) instead; the factor \\(\\gamma\\) is hidden in \\(p\\).",
	"Prices first: $5 a month or $50 a year, US$20 elsewhere, and between $1,000 and $2,000 for **$3** more; $HOME and $\u007bPATH} are variables, and so is $1 in a script.",
	"Let $f$ be *smooth*, $g_1 * g_2$ its **product $h^*$**, and $k$th of $n$-many \\(\\text{terms of } x\\). Then \\(a*b\\) costs $5, $x$ is free, and $$y = \\frac{x}{2}$$ is half of it.",
	"其中$x$是变量，$\\alpha$是系数；价格是$5，比较一下。",
	"Escaped: \\[TODO\\], \\(see above\\), \\$5 and \\$6; a link [$x$ of y](https://a.example/$x$) and `$code$`, then $z$.",
	"Wrap the text in `<details>` to fold it. Outside of code, tags such as <kbd>Ctrl</kbd>+<kbd>C</kbd> stay as they are, one<br>two is a line break, and a < b or b > c is just a comparison.",
	'The footnote[^1] explains why. ~~The old endpoint~~ is gone since version 3; requests to it answer `410 Gone`, with a body like `{"error":{"code":"gone"}}`.',
	"Line one of the address\nLine two of it\nand a third line, with **bold text that\nruns over the end** of a line.",
	"Tom & Jerry, AT&T and R&D are written with &amp; in HTML, &lt;b&gt; is a tag, &copy; 2026 is a notice, and &#8212; is a dash.",
	"A price of 5\\*3 is written with a backslash, so is \\_this\\_ and C:\\\\Users\\\\me. An e-mail goes to support@help.example or <team@help.example>.",
	"Take `array[index]` first. In prose, array[0] and matrix[i][j] are left as they are; [TODO] marks and [sic] do too.",
	'Pictures are shown as links: ![a diagram of the *flow*](https://img.example/flow_(v2).png "The flow") and [![build](https://img.example/badge/build-passing.svg)](https://ci.example/builds/42) are two of them.',
	"Wait! Is that *really* so? Yes: (**always**), [*sometimes*](https://a.example/x_y_z), or *“never”*. What matters is *what* you **measure**, not *how*.",
	"1,024 bytes are 1 KiB.\n2026 will be the year of the linux desktop, they say.",
];

export const headings = [
	"## What goes wrong",
	"### Step 1: Prepare the data",
	"## Why `await` matters here",
	"# Summary",
	"#### A note on *naming*",
	"## Vor- und Nachteile",
	"### 数据结构",
	"## الخلاصة",
	"### Issue #42: the C# client",
	"## 2. Options",
];

export const quotes = [
	"> The limit is per key, **not** per account.\n> Raise it in the [console](https://console.example/limits).",
	"> **Warning**\n> This deletes all rows.\n>\n> - back up first\n> - then run `drop.sql`\n>\n> > Nobody reads warnings.\n\nWith that said, it is safe.",
	"> Was du heute kannst besorgen,\ndas verschiebe nicht auf morgen.",
	"> ```sql\n> DELETE FROM rows WHERE id = ?1;\n> ```\n> Never without a `WHERE`.",
	"> « C'est *simple* », dit-elle.",
];
