// What a reply has used and cost: its model, tokens of each kind, time and cost.

import { useState } from "react";
import type { Message } from "../../../src/protocol/message.ts";
import { lazyDialog } from "../controls/lazyDialog.tsx";
import { cacheShare, modelName } from "../live/replyStatus.ts";
import styles from "./ReplyDetails.module.css";
import { useWords } from "./words.ts";

type Facts = Pick<Message, "model" | "usage" | "cost" | "attempts" | "elapsedMs">;

const SpendingDialog = lazyDialog(async () => (await import("./SpendingDialog.tsx")).SpendingDialog);

export function ReplyDetails({ id, conversationId, reply }: { id: string; conversationId: string; reply: Facts }) {
	const words = useWords();
	const [isOpen, setIsOpen] = useState(false);
	const { model, usage, cost, attempts = [], elapsedMs } = reply;
	const { tokens } = words;
	const isUnknown = cost === undefined && usage !== undefined && model !== "demo";
	const why = cost?.about ? words.aboutWhy : isUnknown ? words.unknownWhy : undefined;
	return (
		<div id={id} className={styles.details}>
			<dl>
				<Fact name={words.model}>{model !== undefined && modelName(model)}</Fact>
				{usage && (
					<>
						<Fact name={words.promptNew}>{tokens(usage.input)}</Fact>
						<Fact name={words.promptCached}>
							{usage.cacheRead > 0 && `${tokens(usage.cacheRead)} · ${words.percent(cacheShare(usage))}`}
						</Fact>
						<Fact name={words.promptWritten}>{usage.cacheWrite > 0 && tokens(usage.cacheWrite)}</Fact>
						<Fact name={words.answer}>{cost?.about ? words.atLeast(tokens(usage.output)) : tokens(usage.output)}</Fact>
						<Fact name={words.searches}>{usage.searches !== undefined && words.number(usage.searches)}</Fact>
					</>
				)}
				<Fact name={words.requests}>{attempts.length > 0 && words.number(attempts.length + 1)}</Fact>
				<Fact name={words.time}>{elapsedMs !== undefined && words.seconds(elapsedMs)}</Fact>
				<Fact name={words.cost}>
					{cost ? (cost.about ? words.about(words.usd(cost.usd)) : words.usd(cost.usd)) : isUnknown && words.unknown}
				</Fact>
			</dl>
			{why !== undefined && <p>{why}</p>}
			{cost && (
				<button type="button" onClick={() => setIsOpen(true)}>
					{words.allCosts}
				</button>
			)}
			{isOpen && <SpendingDialog id={conversationId} onClose={() => setIsOpen(false)} />}
		</div>
	);
}

function Fact({ name, children }: { name: string; children: string | false }) {
	if (children === false) return null;
	return (
		<div>
			<dt>{name}</dt>
			<dd>{children}</dd>
		</div>
	);
}
