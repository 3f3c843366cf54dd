// A button with an icon and an accessible name.

import type { ReactNode } from "react";
import { Icon, type IconName } from "../icons.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { ariaKeysOf, keysOf, type Shortcut } from "../useShortcut.ts";
import styles from "./IconButton.module.css";

type Props = {
	icon: IconName;
	name: string;
	/** The tooltip, if it differs from the name. */
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
			aria-keyshortcuts={shortcut && ariaKeysOf(shortcut)}
			title={shortcut ? `${title} (${keysOf(shortcut, strings.keys).join("+")})` : title}
			disabled={isDisabled}
			onClick={onClick}
		>
			<Icon name={icon} />
			{children}
		</button>
	);
}
