// The addresses by which programs post in a conversation: made, shown once, removed.

import { useCallback, useId, useState } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import { useStrings } from "../languages/useStrings.ts";
import part from "../settings/SettingsDialog.module.css";
import { addIncoming, type Incoming, incomingOf, remove } from "./api.ts";
import { Kind } from "./Kind.tsx";
import { useWebhooks } from "./useWebhooks.ts";
import styles from "./Webhooks.module.css";
import { useWords } from "./words.ts";

export function IncomingWebhooks({ id }: { id: string }) {
	const words = useWords();
	const field = useId();
	const load = useCallback((token: string) => incomingOf(token, id), [id]);
	const { webhooks, problem, made, setMade, change } = useWebhooks(load);
	const [name, setName] = useState("");
	const [asksClaude, setAsksClaude] = useState(false);

	const add = async () => {
		if (name.trim() === "") return;
		const added = await change((token) => addIncoming(token, id, { name: name.trim(), asksClaude }));
		if (!added) return;
		setName("");
		setAsksClaude(false);
		setMade(added.answer.webhook.url);
	};
	return (
		<Kind
			title={words.incoming}
			text={words.incomingText}
			onAdd={add}
			problem={problem}
			made={made === undefined ? undefined : { text: words.addressMade, label: words.url, value: made }}
			list={webhooks?.map((webhook) => (
				<Row key={webhook.id} webhook={webhook} onRemove={() => change((token) => remove(token, id, "incoming-webhooks", webhook.id))} />
			))}
		>
			<label htmlFor={field}>
				{words.name}
				<input
					id={field}
					value={name}
					maxLength={limits.username}
					autoComplete="off"
					dir="auto"
					onChange={({ currentTarget }) => setName(currentTarget.value)}
				/>
			</label>
			<fieldset className={part.choice}>
				<label>
					<input type="checkbox" checked={asksClaude} onChange={({ currentTarget }) => setAsksClaude(currentTarget.checked)} />
					{words.asksClaude}
				</label>
			</fieldset>
			<button type="button" onClick={add}>
				{words.add}
			</button>
		</Kind>
	);
}

function Row({ webhook, onRemove }: { webhook: Incoming; onRemove(): void }) {
	const strings = useStrings();
	const words = useWords();
	const { name, lastUsedAt, asksClaude } = webhook;
	const used = lastUsedAt ? words.lastUsed(strings.formatDayAndTime(Date.parse(lastUsedAt))) : words.neverUsed;
	return (
		<li>
			<span>
				<bdi>{name}</bdi>
				<small>{[used, ...(asksClaude ? [words.mayAsk] : [])].join(" · ")}</small>
			</span>
			<span className={styles.buttons}>
				<button type="button" aria-label={words.removeOf(name)} onClick={onRemove}>
					{words.remove}
				</button>
			</span>
		</li>
	);
}
