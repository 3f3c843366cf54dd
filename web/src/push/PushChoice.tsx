// Turns notifications on this device on and off for the time while no page is open, and says what stands in the way.

import { useEffect, useState } from "react";
import { session } from "../account/currentSession.ts";
import { Choice } from "../settings/Choice.tsx";
import { pushKey } from "./api.ts";
import { type Obstacle, obstacle, turnOff, turnOn } from "./device.ts";
import { isPushed } from "./mark.ts";
import { useWords } from "./words.ts";

export function PushChoice({ userId }: { userId: string }) {
	const words = useWords();
	const [isOn, setIsOn] = useState(() => isPushed(userId) && obstacle() === undefined);
	const [obstructed, setObstructed] = useState<Obstacle | undefined>(obstacle);
	const [isOffered, setIsOffered] = useState(false);
	useEffect(() => {
		void session.call(pushKey).then((known) => setIsOffered(!("value" in known) || known.value.publicKey !== null));
	}, []);
	const choose = async (wanted: boolean) => {
		const failure = wanted ? await turnOn(userId) : undefined;
		if (!wanted) await turnOff();
		setObstructed(failure);
		setIsOn(wanted && failure === undefined);
	};
	if (!isOffered) return null;
	return (
		<Choice
			legend={words.push}
			name="push"
			options={[
				{ value: true, label: words.on },
				{ value: false, label: words.off },
			]}
			chosen={isOn}
			onChoose={(wanted) => void choose(wanted)}
		>
			<p role="status">{obstructed ? words.obstacles[obstructed] : isOn ? words.pushIsOn : words.pushIsOff}</p>
		</Choice>
	);
}
