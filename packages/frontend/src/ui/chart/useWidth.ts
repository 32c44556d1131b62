import { type RefObject, useEffect, useRef, useState } from 'react';

/**
 * The current width of a box in pixels: charts are drawn at their real size, so that text and lines are never stretched.
 * 0 until the observer reports it: an earlier measurement would cost another layout.
 */
export function useWidth<E extends Element>(): [ref: RefObject<E | null>, width: number] {
  const ref = useRef<E>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const box = ref.current;
    if (box === null) return;
    const observer = new ResizeObserver(([seen]) => setWidth(Math.floor(seen?.contentRect.width ?? 0)));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
