// A button that opens a popover beside it. The browser's popover closes itself and returns the focus.

import { type HTMLAttributes, type ReactNode, useId, useLayoutEffect, useRef, useState } from "react";
import { Icon, type IconName } from "../icons.tsx";
import styles from "./Popover.module.css";

export type Opener = { label: string; icon: IconName; className: string | undefined; tabIndex?: number };

type Props = Pick<HTMLAttributes<HTMLDivElement>, "className" | "onKeyDown"> & {
	opener: Opener;
	hasPopup: "menu" | "dialog";
	/** Rendered only while it is open. */
	content(close: () => void): ReactNode;
	onClosed?(): void;
};

export function Popover({ opener, hasPopup, content, onClosed, className, ...rest }: Props) {
	const { label, icon, ...button } = opener;
	const named = { role: hasPopup, "aria-label": label };
	const id = useId();
	const popover = useRef<HTMLDivElement>(null);
	const [isOpen, setIsOpen] = useState(false);
	useLayoutEffect(() => {
		if (isOpen) [...(popover.current?.querySelectorAll("button") ?? [])].find((button) => button.checkVisibility())?.focus();
	}, [isOpen]);

	return (
		<>
			<button type="button" {...button} popoverTarget={id} aria-haspopup={hasPopup} aria-expanded={isOpen} aria-label={label} title={label}>
				<Icon name={icon} />
			</button>
			<div
				ref={popover}
				id={id}
				popover="auto"
				{...named}
				className={`${styles.popover} ${className ?? ""}`}
				onToggle={({ newState, currentTarget }) => {
					setIsOpen(newState === "open");
					if (newState === "open") return;
					blurAfterTouch(currentTarget);
					onClosed?.();
				}}
				{...rest}
			>
				{isOpen && content(() => popover.current?.hidePopover())}
			</div>
		</>
	);
}

/** On touch, removes the focus that keeps the buttons of a message visible. Keyboard users keep it. */
function blurAfterTouch(popover: HTMLElement): void {
	const at = popover.parentElement?.querySelector<HTMLElement>(":scope > :focus:not(:focus-visible)");
	if (matchMedia("(hover: none)").matches) at?.blur();
}
