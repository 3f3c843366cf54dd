// The people of the deployment, with a search; suspends and restores them.

import { useCallback, useEffect, useId, useState } from "react";
import type { PersonRecord } from "../../../src/protocol/admin/records.ts";
import styles from "./AdminPage.module.css";
import { peopleBy, suspend } from "./api.ts";
import { Confirmed } from "./Confirmed.tsx";
import { Outcome } from "./Outcome.tsx";
import { Pages } from "./Pages.tsx";
import { PersonDetail } from "./PersonDetail.tsx";
import type { Draft } from "./Requests.tsx";
import { useActs } from "./useActs.ts";
import { usePages } from "./usePages.ts";
import { useWords, type Words } from "./words.ts";

type Act = "suspend" | "restore";

/** `own`: id of the administrator, who cannot suspend themselves. `onAsk`: begins a legal request. `onRefused`: they are no administrator. */
type Props = { own: string; onAsk: (draft: Draft) => void; onRefused: () => void };

export function People({ own, onAsk, onRefused }: Props) {
	const words = useWords();
	const search = useId();
	const [text, setText] = useState("");
	const [isSuspended, setSuspended] = useState(false);
	const load = useCallback(
		async (token: string, after: string | undefined) => {
			const result = await peopleBy(token, text.trim(), isSuspended, after);
			return "error" in result ? result : { value: { entries: result.value.people, next: result.value.next } };
		},
		[text, isSuspended],
	);
	const { reload, isForbidden, ...pages } = usePages(load);
	useEffect(() => {
		if (isForbidden) onRefused();
	}, [isForbidden, onRefused]);
	const { outcome, act } = useActs(reload);
	const suspendOrRestore = ({ userId, username }: PersonRecord, how: Act) =>
		act(
			(token) => suspend(token, userId, how),
			({ isPending }) => (isPending ? words.pending : words.done[how](username)),
		);
	return (
		<>
			<div className={styles.filter}>
				<label htmlFor={search}>{words.search}</label>
				<input id={search} type="search" maxLength={64} value={text} onChange={({ target }) => setText(target.value)} />
				<label>
					<input type="checkbox" checked={isSuspended} onChange={({ target }) => setSuspended(target.checked)} />
					{words.onlySuspended}
				</label>
			</div>
			<Outcome of={outcome} />
			<Pages
				of={pages}
				label={words.parts.people}
				empty={words.nobody}
				row={(person) => {
					const isOwn = person.userId === own;
					return (
						<Person
							key={person.userId}
							person={person}
							words={words}
							onAct={isOwn ? undefined : (how) => suspendOrRestore(person, how)}
							onErase={isOwn ? undefined : () => onAsk({ kind: "erase", id: person.userId })}
						/>
					);
				}}
			/>
		</>
	);
}

type PersonProps = {
	person: PersonRecord;
	words: ReturnType<typeof useWords>;
	onAct: ((how: Act) => void) | undefined;
	onErase: (() => void) | undefined;
};

function Person({ person, words, onAct, onErase }: PersonProps) {
	const [isOpen, setOpen] = useState(false);
	const { userId, username, suspended } = person;
	return (
		<li>
			<Head person={person} words={words} />
			<button type="button" aria-expanded={isOpen} aria-label={words.detailsOf(username)} onClick={() => setOpen(!isOpen)}>
				{words.details}
			</button>
			{onAct && suspended && (
				<button type="button" aria-label={words.restoreOne(username)} onClick={() => onAct("restore")}>
					{words.restore}
				</button>
			)}
			{onAct && !suspended && (
				<Confirmed
					label={words.suspend}
					name={words.suspendOne(username)}
					question={words.confirm(username)}
					onConfirm={() => onAct("suspend")}
				/>
			)}
			{isOpen && <PersonDetail userId={userId} onErase={onErase} />}
		</li>
	);
}

function Head({
	person: { userId, username, kind, lastSeenAt, suspended },
	words,
}: {
	person: PersonRecord;
	words: Words & { formats: ReturnType<typeof useWords>["formats"] };
}) {
	const at = (time: string) => words.formats.dayAndTime(Date.parse(time));
	return (
		<div className={styles.what}>
			<strong>
				<bdi>{username}</bdi>
			</strong>
			<small>
				{words.kinds[kind]} · <code>{userId}</code>
			</small>
			<small>{lastSeenAt === undefined ? words.neverHere : words.seen(at(lastSeenAt))}</small>
			{suspended && <small className={styles.suspended}>{words.suspendedSince(at(suspended.at), suspended.byName ?? suspended.by)}</small>}
		</div>
	);
}
