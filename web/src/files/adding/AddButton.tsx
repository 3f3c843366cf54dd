// The button that adds files to a message: from the device, from its camera, or as a recording.

import { useRef, useState } from "react";
import * as fileLimits from "../../../../src/protocol/files/limits.ts";
import { Menu } from "../../controls/Menu.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { useWords } from "../words.ts";
import { addFiles, attachmentsOf, learnLimits } from "./currentAttachments.ts";
import { recorder } from "./recording.ts";
import styles from "./Tray.module.css";

type Props = {
	userId: string;
	conversationId: string;
	className: string | undefined;
	focusField(): void;
	onAskPrivately: (() => void) | undefined;
};

export function AddButton({ userId, conversationId, className, focusField, onAskPrivately }: Props) {
	const words = useWords();
	const strings = useStrings();
	const files = useRef<HTMLInputElement>(null);
	const camera = useRef<HTMLInputElement>(null);
	const [maxBytes, setMaxBytes] = useState<number>();
	// Before the menu opens.
	const learn = () => void learnLimits(userId, conversationId).then(setMaxBytes);
	const take = ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
		const chosen = [...(currentTarget.files ?? [])];
		// The same file may be chosen again.
		currentTarget.value = "";
		void addFiles(userId, conversationId, chosen);
		focusField();
	};
	const items = [
		{
			label: words.add(fileLimits.perMessage, maxBytes === undefined ? undefined : words.size(maxBytes)),
			act: () => files.current?.click(),
		},
		...(matchMedia("(pointer: coarse)").matches ? [{ label: words.takePhoto, act: () => camera.current?.click() }] : []),
		{ label: words.record, act: () => void recorder.start((recorded) => attachmentsOf(userId, conversationId).add([recorded])) },
		// A phone has no room for the button.
		...(onAskPrivately && matchMedia("(max-width: 30rem)").matches ? [{ label: strings.askPrivately, act: onAskPrivately }] : []),
	];
	return (
		<>
			<input ref={files} type="file" multiple hidden aria-label={strings.addFiles} onChange={take} />
			<input ref={camera} type="file" accept="image/*" capture="environment" hidden aria-label={words.takePhoto} onChange={take} />
			{/* biome-ignore lint/a11y/noStaticElementInteractions: the button in it is what one points at. */}
			<span className={styles.add} onPointerEnter={learn} onFocus={learn}>
				<Menu opener={{ icon: "plus", label: strings.addFiles, className }} items={items} />
			</span>
		</>
	);
}
