import { lazyModule } from '../../api/lazyModule';
import { useLazyModule } from '../../ui/useLazyModule';

// Lazy: a mail is written when a user asks for it.
const loadMail = lazyModule(() => import('./MailDialog'));

export function LazyMail(props: { vendorId: string; date: string | undefined; onClose: () => void }) {
  const { module } = useLazyModule(loadMail);
  return module !== null && <module.default {...props} />;
}
