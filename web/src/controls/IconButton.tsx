// A button that shows a drawing and is called by a name, with a word or a number beside it at most.

import type { ReactNode } from "react";
import { Icon, type IconName } from "../icons.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { keysOf, type Shortcut, spokenKeysOf } from "../useShortcut.ts";
import styles from "./IconButton.module.css";

type Props = {
	icon: IconName;
	name: string;
	/** Where a pointer is told less than the name, or more. */
	title?: string;
	shortcut?: Shortcut;
	isDisabled?: boolean;
	onClick(): void;
	children?: ReactNode;
};

export function IconButton({ icon, name, title = name, shortcut, isDisabled, onClick, children }: Props) {
	const strings = useStrings();
	return (
		<button
			type="button"
			className={styles.button}
			aria-label={name}
			aria-keyshortcuts={shortcut && spokenKeysOf(shortcut)}
			title={shortcut ? `${title} (${keysOf(shortcut, strings.keys).join("+")})` : title}
			disabled={isDisabled}
			onClick={onClick}
		>
			<Icon name={icon} />
			{children}
		</button>
	);
}
