// The page of administrators. Loaded when somebody opens its address; the server lets only administrators read anything.

import { useCallback, useState } from "react";
import { Link } from "wouter";
import { NoticePage } from "../pages/NoticePage.tsx";
import { useTitle } from "../useTitle.ts";
import { Activity } from "./Activity.tsx";
import { Acts } from "./Acts.tsx";
import styles from "./AdminPage.module.css";
import { Conversations } from "./Conversations.tsx";
import { Networks } from "./Networks.tsx";
import { People } from "./People.tsx";
import { type Draft, Requests } from "./Requests.tsx";
import { Spending } from "./Spending.tsx";
import { useWords } from "./words.ts";

const parts = ["people", "conversations", "spending", "activity", "networks", "requests", "acts"] as const;

export function AdminPage({ own }: { own: string }) {
	const words = useWords();
	const [part, setPart] = useState<(typeof parts)[number]>("people");
	const [draft, setDraft] = useState<Draft>();
	const [isRefused, setRefused] = useState(false);
	const refuse = useCallback(() => setRefused(true), []);
	useTitle(words.title);
	const ask = (draft: Draft) => {
		setDraft(draft);
		setPart("requests");
	};
	const open = (part: (typeof parts)[number]) => {
		setDraft(undefined);
		setPart(part);
	};
	if (isRefused) return <NoticePage text={words.onlyAdministrators} hasWayHome />;
	return (
		<main className={styles.page}>
			<header>
				<h1>{words.title}</h1>
				<Link href="/">{words.back}</Link>
			</header>
			<nav aria-label={words.title}>
				{parts.map((one) => (
					<button key={one} type="button" aria-current={one === part ? "page" : undefined} onClick={() => open(one)}>
						{words.parts[one]}
					</button>
				))}
			</nav>
			<section aria-label={words.parts[part]}>
				<h2>{words.parts[part]}</h2>
				{part === "people" && <People own={own} onAsk={ask} onRefused={refuse} />}
				{part === "conversations" && <Conversations onAsk={ask} />}
				{part === "spending" && <Spending />}
				{part === "activity" && <Activity />}
				{part === "networks" && <Networks />}
				{part === "requests" && <Requests own={own} draft={draft} />}
				{part === "acts" && <Acts />}
			</section>
		</main>
	);
}
