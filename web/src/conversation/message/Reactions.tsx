// The reactions to a message with their authors, and a picker: six at once, all others by search.

import { useContext, useState } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { Popover } from "../../controls/Popover.tsx";
import emoji from "../../emoji/EmojiButton.module.css";
import { AllEmoji } from "../../emoji/EmojiButton.tsx";
import { Icon } from "../../icons.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { People } from "../../markdown/MentionedText.tsx";
import { allowedActions } from "../../people/permissions.ts";
import { MessageActions } from "./MessageActions.ts";
import styles from "./Reactions.module.css";
import toolbar from "./Toolbar.module.css";

const quick = ["👍", "❤️", "😂", "🎉", "😮", "🙏"];
/** In a tooltip. */
const maxNames = 20;

export function Reactions({ message }: { message: Message }) {
	const strings = useStrings();
	const { actor, react } = useContext(MessageActions);
	const { nameOf, userId } = useContext(People);
	const { id, reactions = [] } = message;
	if (reactions.length === 0) return null;
	const canReact = allowedActions(message, actor).has("react");
	return (
		<ul className={styles.reactions} aria-label={strings.reactions}>
			{reactions.map(({ emoji, userIds }) => {
				const isOwn = userIds.includes(userId);
				const nameFor = (one: string) => (one === userId ? strings.yourself : (nameOf(one) ?? strings.somebody));
				const label = strings.reaction(emoji, strings.names(userIds.map(nameFor), maxNames), userIds.length);
				return (
					<li key={emoji}>
						<button
							type="button"
							aria-pressed={isOwn}
							aria-disabled={!canReact}
							aria-label={label}
							title={label}
							onClick={() => canReact && react(id, emoji, !isOwn)}
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
	const strings = useStrings();
	const { actor, react } = useContext(MessageActions);
	const [showsAll, setShowsAll] = useState(false);
	const choose = (emoji: string) => {
		const given = message.reactions?.find((reaction) => reaction.emoji === emoji);
		react(message.id, emoji, !given?.userIds.includes(actor.userId));
	};
	return (
		<Popover
			opener={{ label: strings.react, icon: "react", className: toolbar.button, tabIndex }}
			hasPopup="dialog"
			className={showsAll ? emoji.emoji : styles.picker}
			onClosed={() => setShowsAll(false)}
			content={(close) =>
				showsAll ? (
					<AllEmoji onChoose={choose} onClose={close} />
				) : (
					<>
						{quick.map((emoji) => (
							<button
								key={emoji}
								type="button"
								aria-label={strings.reactWith(emoji)}
								onClick={() => {
									close();
									choose(emoji);
								}}
							>
								{emoji}
							</button>
						))}
						<button type="button" aria-label={strings.allEmoji} title={strings.allEmoji} onClick={() => setShowsAll(true)}>
							<Icon name="plus" />
						</button>
					</>
				)
			}
		/>
	);
}
