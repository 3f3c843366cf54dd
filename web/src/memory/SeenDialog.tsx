// What Claude saw for a reply: the model, the texts, and the messages, with links to their places.

import { type ReactNode, useEffect, useState } from "react";
import { Link } from "wouter";
import { type Seen, seenSchema } from "../../../src/protocol/memory/prompt.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { partsOfToolName } from "../../../src/protocol/text/tool-name.ts";
import { session } from "../account/currentSession.ts";
import { call } from "../api.ts";
import { Modal } from "../controls/Modal.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { modelName } from "../live/replyStatus.ts";
import { pathOf } from "../paths.ts";
import styles from "./SeenDialog.module.css";
import { useWords } from "./words.ts";

const seenFor = (token: string, { conversationId, id }: Message) =>
	call(seenSchema, "GET", `/conversations/${encodeURIComponent(conversationId)}/messages/${encodeURIComponent(id)}/prompt`, { token });

/** A longer list of changes of the membership is folded. */
const fewChanges = 5;

export function SeenDialog({ message, onClose }: { message: Message; onClose(): void }) {
	const strings = useStrings();
	const words = useWords();
	const [seen, setSeen] = useState<Seen | "unknown" | "failed">();
	useEffect(() => {
		let isOpen = true;
		void session
			.call((token) => seenFor(token, message))
			.then((result) => {
				if (!isOpen) return;
				if ("value" in result) setSeen(result.value);
				else setSeen(result.error.code === "not_found" ? "unknown" : "failed");
			});
		return () => {
			isOpen = false;
		};
	}, [message]);
	const said = seen === undefined ? strings.loading : seen === "unknown" ? words.unknown : seen === "failed" ? strings.unreachable : "";
	return (
		<Modal title={strings.whatClaudeSaw} onClose={onClose}>
			{said !== "" && <p role="status">{said}</p>}
			{typeof seen === "object" && <Parts seen={seen} id={message.conversationId} onGo={onClose} />}
		</Modal>
	);
}

function Parts({ seen, id, onGo }: { seen: Seen; id: string; onGo(): void }) {
	const words = useWords();
	const place = (seq: number, to = seq) => (
		<Link href={pathOf(id, seq)} onClick={onGo}>
			{to === seq ? words.place(seq) : words.places(seq, to)}
		</Link>
	);
	const changed = seen.messages.flatMap(({ seq, changed }) => (changed ? [{ seq, changed }] : []));
	return (
		<div className={styles.seen}>
			<dl>
				<Fact name={words.model}>{modelName(seen.model)}</Fact>
				<Fact name={words.longest}>{words.tokens(seen.maxTokens)}</Fact>
				<Fact name={words.tools}>{seen.tools.length > 0 ? seen.tools.map((name) => <ToolName key={name} name={name} />) : words.none}</Fact>
				<Fact name={words.messages}>{words.count(seen.messages.length)}</Fact>
				<Fact name={words.first}>{place(seen.fromSeq)}</Fact>
				<Fact name={words.last}>{place(seen.toSeq)}</Fact>
			</dl>
			{changed.length > 0 && (
				<section>
					<h3>{words.changed}</h3>
					<ul>
						{changed.map(({ seq, changed }) => (
							<li key={seq}>
								{place(seq)}: {words[changed]}
							</li>
						))}
					</ul>
				</section>
			)}
			{seen.omitted.length > 0 && (
				<section>
					<h3>{words.omitted}</h3>
					<ul>
						{seen.omitted.map(({ fromSeq, toSeq, reason }) => (
							<li key={fromSeq}>
								{place(fromSeq, toSeq)}: {words.reasons[reason]}
							</li>
						))}
					</ul>
				</section>
			)}
			<Attachments files={seen.attachments} place={place} />
			<Membership changes={seen.membership} place={place} />
			{(seen.instructions !== "" || seen.gone.includes("instructions")) && (
				<section>
					<h3>{words.instructions}</h3>
					<p className={styles.text}>{seen.instructions || words.instructionsGone}</p>
				</section>
			)}
			{(seen.summary || seen.gone.includes("summary")) && (
				<details>
					<summary>{words.summary}</summary>
					<p className={styles.text}>{seen.summary?.text ?? words.summaryGone}</p>
				</details>
			)}
			<details>
				<summary>{words.system}</summary>
				<p className={styles.text}>{seen.system}</p>
			</details>
		</div>
	);
}

/** What Claude read of each file. */
function Attachments({ files = [], place }: { files: Seen["attachments"]; place(seq: number): ReactNode }) {
	const words = useWords();
	if (files.length === 0) return null;
	return (
		<section>
			<h3>{words.files}</h3>
			<ul>
				{files.map(({ id, seq, name, type, unread }) => (
					<li key={id}>
						{place(seq)}: <bdi>{name}</bdi>,{" "}
						{unread === undefined ? words.read : type.startsWith("audio/") ? words.recording : words.unread[unread]}
					</li>
				))}
			</ul>
		</section>
	);
}

/** Claude reads these changes as lines of the server. */
function Membership({ changes = [], place }: { changes: Seen["membership"]; place(seq: number): ReactNode }) {
	const words = useWords();
	if (changes.length === 0) return null;
	return (
		<details open={changes.length <= fewChanges}>
			<summary>{words.membership}</summary>
			<ul>
				{changes.map(({ after, userId, change, username, formerName = "" }) => (
					<li key={`${after} ${userId}`}>
						<bdi>{words.change[change](username, formerName)}</bdi>
						{after > 0 && (
							<>
								{" "}
								({words.after} {place(after)})
							</>
						)}
					</li>
				))}
			</ul>
		</details>
	);
}

function ToolName({ name }: { name: string }) {
	const { server, tool } = partsOfToolName(name);
	return <span className={styles.tool}>{server === "" ? tool : `${tool} (${server})`}</span>;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
	return (
		<div>
			<dt>{name}</dt>
			<dd>{children}</dd>
		</div>
	);
}
