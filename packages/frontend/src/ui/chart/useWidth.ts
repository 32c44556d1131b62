import { type RefObject, useEffect, useRef, useState } from 'react';

/**
 * The width of a box in pixels, kept up with: charts are drawn at their real size, so that letters and lines are never
 * stretched. 0 until the box stands: asking before would have the browser lay out the page once more.
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
