// The addresses that are told what happens in a conversation: added, tested, removed.

import { useCallback, useId, useState } from "react";
import type { WebhookEvent } from "../../../src/protocol/webhooks/webhook.ts";
import { useStrings } from "../languages/useStrings.ts";
import part from "../settings/SettingsDialog.module.css";
import { addOutgoing, type Failure, type Outgoing, outgoingOf, ping, remove } from "./api.ts";
import { Kind } from "./Kind.tsx";
import { useWebhooks } from "./useWebhooks.ts";
import styles from "./Webhooks.module.css";
import { type Kind as EventKind, useWords, type Words } from "./words.ts";

const eventsOf: Record<EventKind, WebhookEvent[]> = {
	messages: ["message.sent"],
	replies: ["reply.completed"],
	changes: ["message.changed", "message.deleted"],
	members: ["member.joined", "member.changed", "member.left"],
};
const kinds = Object.keys(eventsOf) as EventKind[];

export function OutgoingWebhooks({ id }: { id: string }) {
	const words = useWords();
	const field = useId();
	const load = useCallback((token: string) => outgoingOf(token, id), [id]);
	const { webhooks, problem, setProblem, made, setMade, change } = useWebhooks(load);
	const [url, setUrl] = useState("");
	const [chosen, setChosen] = useState<readonly EventKind[]>(kinds);
	const [said, setSaid] = useState<string>();

	const add = async () => {
		if (url.trim() === "" || chosen.length === 0) return;
		setSaid(undefined);
		const events = chosen.flatMap((kind) => eventsOf[kind]);
		const added = await change((token) => addOutgoing(token, id, { url: url.trim(), events }));
		if (!added) return;
		setUrl("");
		setMade(added.answer.webhook.secret);
	};
	const test = async (webhook: Outgoing) => {
		setSaid(undefined);
		const pinged = await change((token) => ping(token, id, webhook.id));
		if (pinged?.answer.delivered) setSaid(words.testArrived(hostOf(webhook)));
		else if (pinged?.answer.failure) setProblem(failureText(pinged.answer.failure, words));
	};
	const end = async (webhook: Outgoing) => {
		setSaid(undefined);
		await change((token) => remove(token, id, "webhooks", webhook.id));
	};

	return (
		<Kind
			title={words.outgoing}
			text={words.outgoingText}
			onAdd={add}
			problem={problem}
			said={said}
			made={made === undefined ? undefined : { text: words.secretMade, label: words.secret, value: made }}
			list={webhooks?.map((webhook) => (
				<Row key={webhook.id} webhook={webhook} onTest={() => test(webhook)} onRemove={() => end(webhook)} />
			))}
		>
			<label htmlFor={field}>
				{words.url}
				<input
					id={field}
					type="url"
					value={url}
					placeholder="https://"
					autoComplete="off"
					dir="ltr"
					onChange={({ currentTarget }) => setUrl(currentTarget.value)}
				/>
			</label>
			<Events chosen={chosen} onChoose={setChosen} />
			<button type="button" onClick={add}>
				{words.add}
			</button>
		</Kind>
	);
}

function Events({ chosen, onChoose }: { chosen: readonly EventKind[]; onChoose(chosen: readonly EventKind[]): void }) {
	const words = useWords();
	return (
		<fieldset className={part.choice}>
			<legend>{words.kindsLegend}</legend>
			{kinds.map((kind) => (
				<label key={kind}>
					<input
						type="checkbox"
						checked={chosen.includes(kind)}
						onChange={({ currentTarget: { checked } }) => onChoose(kinds.filter((one) => (one === kind ? checked : chosen.includes(one))))}
					/>
					{words.kinds[kind]}
				</label>
			))}
		</fieldset>
	);
}

function Row({ webhook, onTest, onRemove }: { webhook: Outgoing; onTest(): void; onRemove(): void }) {
	const words = useWords();
	const host = hostOf(webhook);
	return (
		<li>
			<span>
				<bdi>{webhook.url}</bdi>
				<State webhook={webhook} />
			</span>
			<span className={styles.buttons}>
				<button type="button" aria-label={words.testOf(host)} onClick={onTest}>
					{words.test}
				</button>
				<button type="button" aria-label={words.removeOf(host)} onClick={onRemove}>
					{words.remove}
				</button>
			</span>
		</li>
	);
}

function State({ webhook }: { webhook: Outgoing }) {
	const strings = useStrings();
	const words = useWords();
	const { status, lastSuccessAt, lastFailure, nextTryAt } = webhook;
	const at = (time: string) => strings.formatDayAndTime(Date.parse(time));
	const isFailing = status !== "active";
	return (
		<>
			<small data-status={status}>
				{[
					words.states[status as keyof Words["states"]] ?? status,
					isFailing && lastFailure && failureText(lastFailure, words),
					nextTryAt && words.nextTry(at(nextTryAt)),
				]
					.filter(Boolean)
					.join(" · ")}
			</small>
			<small>{lastSuccessAt ? words.lastSuccess(at(lastSuccessAt)) : words.neverSent}</small>
		</>
	);
}

function failureText({ reason, status = 0 }: Failure, { failures }: Words): string {
	return failures[reason]?.(status) ?? reason;
}

function hostOf({ url }: Outgoing): string {
	return URL.parse(url)?.hostname ?? url;
}
