import { useEffect, useState } from 'preact/hooks';

/** Whether scripts run: false on the server, and for the first drawing in the browser, which must be the server's. */
export function useScripts(): boolean {
  const [runs, setRuns] = useState(false);
  useEffect(() => setRuns(true), []);
  return runs;
}
