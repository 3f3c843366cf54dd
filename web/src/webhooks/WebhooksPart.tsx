// The section of a conversation's settings with its webhooks, folded until somebody opens it.

import { type ToggleEvent, useState } from "react";
import { useLazy } from "../controls/useLazy.ts";
import { useStrings } from "../languages/useStrings.ts";
import part from "../settings/SettingsDialog.module.css";

const load = () => import("./Webhooks.tsx");

export function WebhooksPart({ id }: { id: string }) {
	const strings = useStrings();
	const [isOpen, setIsOpen] = useState(false);
	const loaded = useLazy(load, isOpen);
	return (
		<details className={part.part} onToggle={({ newState }: ToggleEvent) => setIsOpen(newState === "open")}>
			<summary>Webhooks</summary>
			{isOpen && (loaded ? <loaded.Webhooks id={id} /> : <p>{strings.loading}</p>)}
		</details>
	);
}
