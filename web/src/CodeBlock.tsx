// A block of code: its language, the code as it is, a button that copies it.

import { useState } from "react";
import { copyText, reachable } from "./browser.ts";
import styles from "./Markdown.module.css";
import { strings } from "./strings.ts";

export function CodeBlock({ language, code }: { language: string; code: string }) {
	const [copied, setCopied] = useState<"no" | "yes" | "failed">("no");
	const copy = async () => setCopied((await copyText(code)) ? "yes" : "failed");
	return (
		<figure className={styles.code} dir="ltr">
			<figcaption>
				<span>{language || strings.code}</span>
				<button type="button" aria-label={copied === "no" ? strings.copyCode : undefined} onClick={copy} onBlur={() => setCopied("no")}>
					{copied === "yes" ? strings.copied : copied === "failed" ? strings.copyFailed : strings.copy}
				</button>
			</figcaption>
			<pre ref={reachable}>
				<code>{code}</code>
			</pre>
		</figure>
	);
}
