// A button that opens the emoji picker. The picker's code and data are loaded when it is first opened.

import { lazyDialog } from "../controls/lazyDialog.tsx";
import { Popover } from "../controls/Popover.tsx";
import { useStrings } from "../languages/useStrings.ts";
import styles from "./EmojiButton.module.css";
import { NoEmoji } from "./NoEmoji.tsx";

export const AllEmoji = lazyDialog(async () => (await import("./EmojiPicker.tsx")).EmojiPicker, NoEmoji);

export function EmojiButton({ className, onChoose }: { className: string | undefined; onChoose(emoji: string): void }) {
	const strings = useStrings();
	return (
		<Popover
			opener={{ label: strings.emoji, icon: "emoji", className }}
			hasPopup="dialog"
			className={styles.emoji}
			content={(close) => <AllEmoji onChoose={onChoose} onClose={close} />}
		/>
	);
}
