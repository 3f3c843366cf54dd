// The conversations that somebody is in, newest activity first.

import { useState } from "react";
import { Link, useLocation } from "wouter";
import { createConversation, type ListedConversation, listConversations } from "../api.ts";
import { session, useCall } from "../currentSession.ts";
import { Mark } from "../icons.tsx";
import { formatDayAndTime, strings } from "../strings.ts";
import { useTitle } from "../useTitle.ts";
import styles from "./pages.module.css";

export function HomePage({ name }: { name: string }) {
	const [, navigate] = useLocation();
	const [problem, setProblem] = useState("");
	const [isCreating, setIsCreating] = useState(false);
	const listed = useCall(listConversations);
	useTitle(undefined);

	const create = async () => {
		if (isCreating) return;
		setIsCreating(true);
		const result = await session.call(createConversation);
		if ("value" in result) navigate(`/c/${result.value.conversation.id}`);
		else setProblem(result.error.message);
		setIsCreating(false);
	};

	return (
		<main className={styles.home}>
			<header className={styles.bar}>
				<div className={styles.brand}>
					<Mark />
					<span>{strings.product}</span>
				</div>
				<span className={styles.who}>{name}</span>
			</header>
			<div className={styles.heading}>
				<h1>{strings.conversations}</h1>
				<button type="button" className={styles.primary} aria-disabled={isCreating} onClick={create}>
					{strings.newConversation}
				</button>
			</div>
			<p role="alert" className={styles.problem}>
				{problem || (listed && "error" in listed && listed.error.message)}
			</p>
			{listed === undefined && <p className={styles.quiet}>{strings.loading}</p>}
			{listed && "value" in listed && <Conversations conversations={listed.value.conversations} />}
		</main>
	);
}

function Conversations({ conversations }: { conversations: readonly ListedConversation[] }) {
	if (conversations.length === 0) return <p className={styles.quiet}>{strings.noConversations}</p>;
	return (
		<ul className={styles.list} aria-label={strings.conversations}>
			{conversations.map(({ id, title, createdAt, lastActivityAt }) => (
				<li key={id}>
					<Link href={`/c/${id}`}>
						<span>{title || strings.untitled(createdAt)}</span>
						<time dateTime={lastActivityAt}>{formatDayAndTime(Date.parse(lastActivityAt))}</time>
					</Link>
				</li>
			))}
		</ul>
	);
}
