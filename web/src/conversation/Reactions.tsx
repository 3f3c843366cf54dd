// The reactions to a message, each with who gave it; and what one reacts with: six of them at once, any other by the keyboard of the device.

import { useContext, useState } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { isEmoji, pictured } from "../../../src/protocol/text.ts";
import { Popover } from "../controls/Popover.tsx";
import { People } from "../MentionedText.tsx";
import { mayDo } from "../permissions.ts";
import { strings } from "../strings.ts";
import { Acting } from "./Acting.ts";
import styles from "./Reactions.module.css";
import toolbar from "./Toolbar.module.css";

const quick = ["👍", "❤️", "😂", "🎉", "😮", "🙏"];
/** Named where one asks who it was. */
const mostNames = 20;

export function Reactions({ message }: { message: Message }) {
	const { doer, react } = useContext(Acting);
	const { nameOf, userId } = useContext(People);
	const { id, reactions = [] } = message;
	if (reactions.length === 0) return null;
	const isOpen = mayDo(message, doer).has("react");
	return (
		<ul className={styles.reactions} aria-label={strings.reactions}>
			{reactions.map(({ emoji, userIds }) => {
				const isOwn = userIds.includes(userId);
				const nameFor = (one: string) => (one === userId ? strings.yourself : (nameOf(one) ?? strings.somebody));
				const label = strings.reaction(emoji, strings.names(userIds.map(nameFor), mostNames));
				return (
					<li key={emoji}>
						<button
							type="button"
							aria-pressed={isOwn}
							aria-disabled={!isOpen}
							aria-label={label}
							title={label}
							onClick={() => isOpen && react(id, emoji, !isOwn)}
						>
							<span>{emoji}</span>
							<span>{userIds.length}</span>
						</button>
					</li>
				);
			})}
		</ul>
	);
}

export function ReactionPicker({ message, tabIndex }: { message: Message; tabIndex: number }) {
	const { doer, react } = useContext(Acting);
	const choose = (emoji: string, close: () => void) => {
		const given = message.reactions?.find((reaction) => reaction.emoji === emoji);
		close();
		react(message.id, emoji, !given?.userIds.includes(doer.userId));
	};
	return (
		<Popover
			opener={{ label: strings.react, icon: "react", className: toolbar.button, tabIndex }}
			hasPopup="dialog"
			className={styles.picker}
			content={(close) => (
				<>
					{quick.map((emoji) => (
						<button key={emoji} type="button" aria-label={strings.reactWith(emoji)} onClick={() => choose(emoji, close)}>
							{emoji}
						</button>
					))}
					<OtherEmoji onChoose={(emoji) => choose(emoji, close)} />
				</>
			)}
		/>
	);
}

/** Whatever the device's own keyboard has: taken as soon as it is one. */
function OtherEmoji({ onChoose }: { onChoose(emoji: string): void }) {
	const [text, setText] = useState("");
	const change = (text: string) => {
		const emoji = text.trim();
		if (emoji.length <= limits.emoji && isEmoji(emoji)) onChoose(pictured(emoji));
		else setText(text);
	};
	return (
		<label className={styles.other}>
			<span className="visually-hidden">{strings.otherEmoji}</span>
			<input
				value={text}
				placeholder={strings.otherEmoji}
				autoComplete="off"
				aria-invalid={text.trim() !== ""}
				onChange={({ target }) => change(target.value)}
			/>
			{text.trim() !== "" && <small role="alert">{strings.notOneEmoji}</small>}
		</label>
	);
}
