// The calls of MCP servers' tools, below a reply. One that waits for a decision shows its arguments in full, and buttons to whoever may decide.

import { type MouseEvent, type ReactNode, useContext, useId, useRef, useState } from "react";
import type { Message } from "../../../src/protocol/message.ts";
import type { Tool } from "../../../src/protocol/sources.ts";
import { partsOfToolName } from "../../../src/protocol/text/tool-name.ts";
import { session } from "../account/currentSession.ts";
import { useLazy } from "../controls/useLazy.ts";
import { type Choices, choicesOf } from "../conversation/dialogs/api.ts";
import { MessageActions } from "../conversation/message/MessageActions.ts";
import { useStrings } from "../languages/useStrings.ts";
import { People } from "../markdown/MentionedText.tsx";
import { namesOf } from "../people/names.ts";
import styles from "./Calls.module.css";
import { callArguments, visible } from "./callArguments.ts";
import { isDeclined, mayDecide } from "./decision.ts";
import { callState, useWords } from "./words.ts";

export function Calls({ reply, calls }: { reply: Pick<Message, "id">; calls: readonly Tool[] }) {
	const deployment = useLazy(
		loadChoices,
		calls.some(({ asks }) => asks),
	);
	return (
		<div className={styles.calls}>
			{calls.map((call) => (
				<Call key={call.id} reply={reply} call={call} deployment={deployment} />
			))}
		</div>
	);
}

type Props = { reply: Pick<Message, "id">; call: Tool; deployment: Pick<Choices, "mcp" | "mayAsk"> | undefined };

function Call({ reply, call, deployment }: Props) {
	const words = useWords().calls;
	const all = useWords();
	const strings = useStrings();
	const people = useContext(People);
	const { actor, approve } = useContext(MessageActions);
	const card = useRef<HTMLDivElement>(null);
	const nameId = useId();
	const { server, tool } = partsOfToolName(call.name);
	const asks = deployment && (deployment.mcp.find(({ name }) => name === server)?.asks ?? "members");
	const by = call.decidedBy && namesOf([call.decidedBy], people, strings)[0];
	const decide = (allow: boolean) => (event: MouseEvent) => {
		// The second of two quick clicks would be refused.
		if (event.detail > 1) return;
		approve(reply.id, call.id ?? "", allow);
		// The buttons go away, and the focus must not be lost with them.
		card.current?.focus({ preventScroll: true });
	};
	return (
		// biome-ignore lint/a11y/useSemanticElements: a fieldset would be a part of a form.
		<div ref={card} className={styles.call} role="group" aria-labelledby={nameId} tabIndex={-1} data-asks={call.asks}>
			<p id={nameId} className={styles.name}>
				<bdi className={styles.tool}>{tool}</bdi> <bdi>{words.from(server)}</bdi>
			</p>
			{call.asks ? (
				<Arguments input={call.input} />
			) : (
				<Folded name={words.arguments}>
					<Arguments input={call.input} />
				</Folded>
			)}
			<p className={call.status === "failed" && !isDeclined(call) ? styles.failure : styles.state}>
				{callState(call, by, all)} {call.asks && asks && (asks === "owners" || actor.asks === "owners" ? words.owners : words.members)}
			</p>
			{call.asks && asks && mayDecide(actor, asks, deployment.mayAsk) && (
				<p className={styles.buttons}>
					<button type="button" className={styles.allow} disabled={!actor.isConnected} onClick={decide(true)}>
						{words.allow}
					</button>
					<button type="button" disabled={!actor.isConnected} onClick={decide(false)}>
						{words.decline}
					</button>
				</p>
			)}
			{call.result !== undefined && (
				<Folded name={words.result}>
					<Scrolled name={words.result}>
						<p dir="auto">{visible(call.result)}</p>
					</Scrolled>
				</Folded>
			)}
		</div>
	);
}

/** Says over the log that a call waits at its end. */
export function Pending() {
	return useWords().calls.pending;
}

function Arguments({ input }: { input: string }) {
	const words = useWords().calls;
	const given = callArguments(input);
	if (given.length === 0) return <p className={styles.state}>{words.noArguments}</p>;
	return (
		<Scrolled name={words.arguments}>
			<dl>
				{given.map(({ name, value }) => (
					<div key={name ?? ""}>
						{name !== undefined && <dt dir="auto">{name}</dt>}
						<dd dir="auto">{value}</dd>
					</div>
				))}
			</dl>
		</Scrolled>
	);
}

function Scrolled({ name, children }: { name: string; children: ReactNode }) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: long texts are scrolled by keyboard.
		<section className={styles.arguments} aria-label={name} tabIndex={0}>
			{children}
		</section>
	);
}

function Folded({ name, children }: { name: string; children: ReactNode }) {
	const [isOpen, setIsOpen] = useState(false);
	return (
		<details className={styles.folded} onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
			<summary>{name}</summary>
			{isOpen && children}
		</details>
	);
}

/** If they cannot be loaded, everybody who may ask Claude in the conversation sees the buttons: the server decides in the end. */
async function loadChoices(): Promise<Pick<Choices, "mcp" | "mayAsk">> {
	const result = await session.call(choicesOf);
	return "value" in result ? result.value : { mcp: [], mayAsk: true };
}
